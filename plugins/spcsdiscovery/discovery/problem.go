// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"errors"
	"fmt"
	"net"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

// problem is why something failed: a short, stable word for metrics, and a sentence for people.
type problem struct{ reason, text string }

// problemOf tells what is wrong with the pool of a failed lookup.
func (d *discoverer) problemOf(found outcome) problem {
	var dnsErr *net.DNSError
	if !errors.As(found.err, &dnsErr) {
		return problem{"pool_name", found.err.Error()}
	}
	if dnsErr.IsNotFound {
		return problem{"dns_nxdomain", fmt.Sprintf("Pool has no nodes in DNS, under %s or an older name: check that it exists and that the role has MONITOR on it", dnsNames(found.pool.name)[0])}
	}
	// The resolver writes the system's server, whichever was asked.
	if d.config.DNSServer != "" {
		dnsErr.Server = d.config.DNSServer
	}
	if dnsErr.IsTimeout {
		return problem{"dns_timeout", dnsErr.Error()}
	}
	return problem{"dns_server", dnsErr.Error()}
}

// accountProblem tells a token that could not be made from what the account answered.
func accountProblem(err error) problem {
	var token *tokenError
	if errors.As(err, &token) {
		return problem{"sql_token", err.Error()}
	}
	return problem{sqlapi.Reason(err), err.Error()}
}
