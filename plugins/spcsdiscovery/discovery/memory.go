// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// memory holds what earlier refreshes found of each pool, and makes the target groups.
type memory struct {
	host       string
	staleAfter model.Duration
	reporter   *reporter

	pools map[string]*poolMemory
}

// poolMemory is what earlier refreshes found of one pool.
type poolMemory struct {
	// dnsName is the name that answered last.
	dnsName string
	// facts are the account's last, and nodes are the targets, also those that are kept.
	facts map[string]string
	nodes []netip.AddrPort
	// targets are the SRV targets by name, and failing those that fail since all of them were resolved last.
	targets map[string]keptTarget
	failing map[string]struct{}
	// seenAt is when nodes were found last; zero where none are kept.
	seenAt time.Time
	// succeededAt is when a lookup last found nodes.
	succeededAt time.Time
	// outage and failure are of the last lookup.
	outage  outage
	failure failure
}

func newMemory(c *SDConfig, reporter *reporter) *memory {
	return &memory{host: c.Host, staleAfter: c.StaleAfter, reporter: reporter, pools: map[string]*poolMemory{}}
}

// plan returns a lookup for each pool, those that failed last at the end, and adds the pools that are new.
func (m *memory) plan(pools []pool) []lookup {
	var healthy, failing []lookup
	for _, p := range pools {
		known, ok := m.pools[p.name]
		if !ok {
			known = &poolMemory{}
			m.pools[p.name] = known
			m.reporter.poolAdded(p)
		}
		known.facts = p.facts
		next := lookup{pool: p, names: p.dnsNames(known.dnsName)}
		if known.failure.reason != "" {
			failing = append(failing, next)
		} else {
			healthy = append(healthy, next)
		}
	}
	return append(healthy, failing...)
}

// dropUnlisted removes the pools that are listed no more, and returns their groups without targets.
func (m *memory) dropUnlisted(pools []pool) []*targetgroup.Group {
	listed := make(map[string]struct{}, len(pools))
	for _, p := range pools {
		listed[p.name] = struct{}{}
	}
	var groups []*targetgroup.Group
	for name := range m.pools {
		if _, ok := listed[name]; !ok {
			groups = append(groups, &targetgroup.Group{Source: m.source(name)})
			delete(m.pools, name)
			m.reporter.poolRemoved(name)
		}
	}
	return groups
}

// remember records a result and returns the group to send, or nil where Prometheus is to keep the one it has.
func (m *memory) remember(result lookupResult) *targetgroup.Group {
	group := &targetgroup.Group{Source: m.source(result.pool.name), Labels: result.pool.labels()}
	known := m.pools[result.pool.name]
	if result.failed() {
		if !m.rememberFailure(known, result) {
			return nil
		}
		return group
	}
	known.nodes, known.seenAt = m.rememberTargets(known, result), time.Time{}
	if result.err != nil {
		return group
	}
	now := time.Now()
	known.dnsName, known.seenAt, known.succeededAt = result.dnsName, now, now
	group.Labels[labelDNSName] = model.LabelValue(result.dnsName)
	group.Targets = targets(known.nodes)
	return group
}

// rememberFailure keeps the pool's nodes for stale_after, and reports whether it has just dropped them.
func (m *memory) rememberFailure(known *poolMemory, result lookupResult) (dropped bool) {
	name := result.pool.name
	known.failure = result.failure
	m.reporter.countFailure(known.failure.reason)
	if known.outage.recordFailure(known.failure.reason) {
		m.reporter.lookupFailed(name, known.failure, len(known.nodes))
	}
	if known.seenAt.IsZero() || time.Since(known.seenAt) <= time.Duration(m.staleAfter) {
		return false
	}
	known.seenAt, known.nodes = time.Time{}, nil
	m.reporter.poolDropped(name, m.staleAfter)
	return true
}

// status returns what is known of each pool, by name.
func (m *memory) status() []PoolStatus {
	var pools []PoolStatus
	for name, known := range m.pools {
		pools = append(pools, PoolStatus{
			Name: name, State: known.facts["state"], InstanceFamily: known.facts["instance_family"],
			DNSName: known.dnsName, Nodes: known.nodes, LastSuccess: known.succeededAt,
			Reason: known.failure.reason, Error: known.failure.text,
		})
	}
	slices.SortFunc(pools, func(a, b PoolStatus) int { return strings.Compare(a.Name, b.Name) })
	return pools
}

func (m *memory) source(name string) string { return "spcs/" + m.host + "/" + name }

func targets(nodes []netip.AddrPort) []model.LabelSet {
	sets := make([]model.LabelSet, 0, len(nodes))
	for _, node := range nodes {
		sets = append(sets, model.LabelSet{
			model.AddressLabel: model.LabelValue(node.String()),
			labelNodeAddress:   model.LabelValue(node.Addr().String()),
		})
	}
	return sets
}
