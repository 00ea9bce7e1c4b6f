// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
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
	// AccountError says why the account could not be asked last time; empty when it could.
	AccountError string
}

// PoolStatus is what is known of one pool.
type PoolStatus struct {
	// Name, State and InstanceFamily are as the account writes them; the last two are empty where it did not tell.
	Name, State, InstanceFamily string
	// DNSName is the name under which nodes were found last.
	DNSName string
	// Nodes are the targets, also those that are kept while lookups fail.
	Nodes []netip.AddrPort
	// Reason is a word and Error a sentence for what failed in the last lookup; empty when nothing did.
	Reason, Error string
	// LastSuccess is when nodes were found last; zero when they never were.
	LastSuccess time.Time
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
	if !d.looked {
		d.looked = true
		d.logger.Info("First look at the pools has ended", "pools", len(d.known), "without_failure", ok, "took", time.Since(started).Round(time.Millisecond))
	}
	d.failedInARow++
	if ok {
		d.lastSuccess, d.failedInARow = time.Now(), 0
	}
	if observer, found := observers.Load(d.setName); found {
		observer.(func(Status))(d.status(time.Since(started)))
	}
}

func (d *discoverer) status(took time.Duration) Status {
	status := Status{
		Failures: maps.Clone(d.failures), RefreshDuration: took,
		FailedInARow: d.failedInARow, LastSuccess: d.lastSuccess, AccountError: d.accountError,
	}
	for name, memory := range d.known {
		status.Pools = append(status.Pools, PoolStatus{
			Name: name, State: memory.facts["state"], InstanceFamily: memory.facts["instance_family"],
			DNSName: memory.dnsName, Nodes: memory.nodes, LastSuccess: memory.succeededAt,
			Reason: memory.problem.reason, Error: memory.problem.text,
		})
	}
	slices.SortFunc(status.Pools, func(a, b PoolStatus) int { return strings.Compare(a.Name, b.Name) })
	return status
}

// Look does once what a refresh does, and returns what it found. An error means that the configuration cannot be used.
func Look(ctx context.Context, c *SDConfig) (Status, error) {
	registry := prometheus.NewRegistry()
	d, err := newDiscoverer(c, promdiscovery.DiscovererOptions{
		Logger:  slog.New(slog.DiscardHandler),
		Metrics: c.NewDiscovererMetrics(registry, promdiscovery.NewRefreshMetrics(registry)),
	})
	if err != nil {
		return Status{}, err
	}
	if d.account != nil {
		defer d.account.HTTP.CloseIdleConnections()
	}
	started := time.Now()
	d.refresh(ctx, func([]*targetgroup.Group) {})
	return d.status(time.Since(started)), nil
}

func (d *discoverer) countFailure(reason string) { d.failures[reason]++ }
