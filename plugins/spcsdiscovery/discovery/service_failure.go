// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"errors"
	"fmt"
	"net"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
)

// newServiceLookupFailure explains why the addresses of a service could not be found.
func newServiceLookupFailure(s service, server string, err error) failure {
	var dnsErr *net.DNSError
	if errors.As(err, &dnsErr) && dnsErr.IsNotFound {
		return failure{reason: "dns_nxdomain", text: shown.Sentence(fmt.Sprintf(
			"it has no addresses in DNS under %s: let its owner run %s", s.instancesName(), s.GrantConnection("")))}
	}
	return newLookupFailure("", server, err)
}

// newStatementFailure explains why a statement about one service failed, with the SQL that repairs it where the account
// refused the statement.
func newStatementFailure(reason, what, grant string, err error) failure {
	of := newAccountFailure(err)
	if of.reason != "sql_statement" {
		return failure{reason: of.reason, text: what + ": " + of.text}
	}
	return failure{reason: reason, text: what + ": let its owner run " + shown.Sentence(grant) + " (" + of.text + ")"}
}

func newAnnotationFailure(err error) failure {
	return failure{reason: "annotation", text: shown.Sentence(err.Error())}
}

func newUnlistedFailure(name ServiceName) failure {
	return failure{reason: "not_listed", text: "the account does not list it: it does not exist, or the role has no " +
		"privilege on it: let its owner run " + shown.Sentence(name.GrantSight(""))}
}

func newNoRoomFailure(maxTargets int) failure {
	return failure{reason: "max_targets", text: fmt.Sprintf(
		"it is left out, because all services together have more than %d instances: raise `max_targets`", maxTargets)}
}
