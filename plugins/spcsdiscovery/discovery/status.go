// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"errors"
	"maps"
	"net"
	"sync"
	"time"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

// Status is what one refresh found.
type Status struct {
	// Pools holds every pool that is known.
	Pools []PoolStatus
	// Failures counts failures by reason since the start: sql_*, dns_* and pool_name.
	Failures map[string]int64
	// RefreshDuration is the time the refresh took.
	RefreshDuration time.Duration
	// FailedInARow is the number of refreshes that failed since the last success.
	FailedInARow int
	// LastSuccess is when a refresh last had no failure; zero before the first.
	LastSuccess time.Time
}

// PoolStatus is what is known of one pool.
type PoolStatus struct {
	// Name, State and InstanceFamily are as the account writes them; the last two are empty where it did not tell.
	Name, State, InstanceFamily string
	// Nodes is the number of targets, also of those that are kept while lookups fail.
	Nodes int
}

// observers holds the functions of Observe. It is global since a configuration is written out as YAML and read back
// between a receiver and its discovery, which no function survives.
var observers sync.Map

// Observe calls f after every refresh of the discovery with this set name, until stop is called.
func Observe(setName string, f func(Status)) (stop func()) {
	observers.Store(setName, f)
	return func() { observers.Delete(setName) }
}

func (d *discoverer) report(started time.Time, ok bool) {
	d.failedInARow++
	if ok {
		d.lastSuccess, d.failedInARow = time.Now(), 0
	}
	observer, found := observers.Load(d.setName)
	if !found {
		return
	}
	status := Status{
		Failures: maps.Clone(d.failures), RefreshDuration: time.Since(started),
		FailedInARow: d.failedInARow, LastSuccess: d.lastSuccess,
	}
	for name, memory := range d.known {
		status.Pools = append(status.Pools, PoolStatus{
			Name: name, State: memory.facts["state"], InstanceFamily: memory.facts["instance_family"], Nodes: memory.nodes,
		})
	}
	observer.(func(Status))(status)
}

// dnsReason returns a short, stable word for the cause of a failed lookup.
func dnsReason(err error) string {
	var dnsErr *net.DNSError
	switch {
	case !errors.As(err, &dnsErr):
		return "pool_name"
	case dnsErr.IsNotFound:
		return "dns_nxdomain"
	case dnsErr.IsTimeout:
		return "dns_timeout"
	default:
		return "dns_server"
	}
}

func (d *discoverer) countFailure(reason string) { d.failures[reason]++ }

// accountReason tells a token that could not be read from what the account answered.
func accountReason(err error) string {
	var token *tokenError
	if errors.As(err, &token) {
		return "sql_token"
	}
	return sqlapi.Reason(err)
}
