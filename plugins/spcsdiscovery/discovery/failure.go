// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"errors"
	"fmt"
	"net"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

// failure is why something failed: a short, stable word for metrics, and a sentence for people. It is empty for what
// succeeded.
type failure struct{ reason, text string }

// newLookupFailure explains why the lookup of a pool failed; server is the DNS server of the configuration.
func newLookupFailure(pool, server string, err error) failure {
	var dnsErr *net.DNSError
	if !errors.As(err, &dnsErr) {
		return failure{"pool_name", err.Error()}
	}
	if dnsErr.IsNotFound {
		return failure{"dns_nxdomain", fmt.Sprintf("Pool has no nodes in DNS, under %s or an older name: "+
			"check that it exists and that the role has MONITOR on it", dnsNames(pool)[0])}
	}
	// The resolver writes the system's server, whichever was asked.
	if server != "" {
		dnsErr.Server = server
	}
	if dnsErr.IsTimeout {
		return failure{"dns_timeout", dnsErr.Error()}
	}
	return failure{"dns_server", dnsErr.Error()}
}

// newAccountFailure separates a token that could not be made from what the account answered.
func newAccountFailure(err error) failure {
	var token *tokenError
	if errors.As(err, &token) {
		return failure{"sql_token", err.Error()}
	}
	return failure{sqlapi.Reason(err), err.Error()}
}
