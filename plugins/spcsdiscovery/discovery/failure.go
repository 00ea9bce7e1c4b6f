// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

// failure is why something failed: a short, stable word for metrics, and a sentence for people. It is empty for what
// succeeded.
type failure struct {
	reason, text string
	// held is how long the account wants no requests.
	held time.Duration
}

// addressReason is the word for addresses that no node can have.
const addressReason = "dns_address"

// newLookupFailure explains why the lookup of a pool failed; server is the DNS server of the configuration.
func newLookupFailure(pool, server string, err error) failure {
	var addressErr *addressError
	if errors.As(err, &addressErr) {
		return failure{reason: addressReason, text: addressErr.Error()}
	}
	var dnsErr *net.DNSError
	if !errors.As(err, &dnsErr) {
		return failure{reason: "pool_name", text: shown.Sentence(err.Error())}
	}
	if dnsErr.IsNotFound {
		return failure{reason: "dns_nxdomain", text: fmt.Sprintf("Pool has no nodes in DNS, under %s or an older name: "+
			"check that it exists and that the role has MONITOR on it", dnsNames(pool)[0])}
	}
	// The resolver writes the system's server, whichever was asked.
	if server != "" {
		dnsErr.Server = server
	}
	if dnsErr.IsTimeout {
		return failure{reason: "dns_timeout", text: shown.Sentence(dnsErr.Error())}
	}
	return failure{reason: "dns_server", text: shown.Sentence(dnsErr.Error())}
}

// maxNamed is the most targets that a sentence names.
const maxNamed = 5

// newTargetFailure explains why some SRV targets of a pool could not be resolved.
func newTargetFailure(pool, server string, failed []target) failure {
	explained := newLookupFailure(pool, server, failed[0].err)
	var names []string
	for _, t := range failed[:min(len(failed), maxNamed)] {
		names = append(names, shown.Sentence(t.name))
	}
	list := strings.Join(names, ", ")
	if more := len(failed) - len(names); more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	what := "targets that cannot be resolved"
	if explained.reason == addressReason {
		what = "addresses that cannot be used"
	}
	return failure{
		reason: explained.reason, text: "DNS has records with " + what + ": " + list + ": " + explained.text,
	}
}

// newAccountFailure separates a token that could not be made from what the account answered.
func newAccountFailure(err error) failure {
	var token *tokenError
	if errors.As(err, &token) {
		return failure{reason: "sql_token", text: shown.Sentence(err.Error())}
	}
	return failure{reason: sqlapi.Reason(err), text: shown.Sentence(err.Error()), held: sqlapi.HeldFor(err)}
}
