// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"cmp"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/relabel"
)

// accountLabel says which account a series is of. Nodes publish it with containers and not with themselves, and rules
// join both: so it is the collector's, on every series, and what a node says of it is dropped.
const accountLabel = "snow_account_name"

// account returns the account's name; it is empty where nothing says it, and then no series has one.
func (c *Config) account() string {
	host, _, known := strings.Cut(c.Host, ".snowflakecomputing.")
	if !known {
		host = ""
	}
	first, _, _ := strings.Cut(host, ".")
	return cmp.Or(c.AccountName, strings.ToUpper(first))
}

// newPublishedAccountDrop removes what a node says of its account. Where the target has a name, the scrape library keeps
// the published one beside it.
func newPublishedAccountDrop(account string) *relabel.Config {
	if account == "" {
		return newRelabelling(accountLabel, "")
	}
	return newRelabelling(model.ExportedLabelPrefix+accountLabel, "")
}
