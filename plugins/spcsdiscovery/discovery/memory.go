// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// poolMemory is what earlier refreshes found of one pool.
type poolMemory struct {
	// dnsName is the name that answered last.
	dnsName string
	// seenAt is when nodes were found last; zero when there are none to keep.
	seenAt time.Time
	// trouble and problem are of the last lookup.
	trouble notice
	problem problem
	// facts are what the account told last, and nodes are the targets, also those that are kept.
	facts map[string]string
	nodes []netip.AddrPort
	// succeededAt is when a lookup last found nodes.
	succeededAt time.Time
}

// lookup is one to make: a pool and the names to ask for its nodes, in order.
type lookup struct {
	pool  pool
	names []string
}

// outcome is the result of one pool's lookup.
type outcome struct {
	pool    pool
	dnsName string
	nodes   []netip.AddrPort
	err     error
}

// atRest tells a pool that has no nodes because it is suspended from one that cannot be found.
func (o outcome) atRest() bool { return isNotFound(o.err) && !o.pool.expectsNodes() }

// plan returns a lookup for each pool, those that failed last at the end, and makes sure that each has a memory.
func (d *discoverer) plan(pools []pool) []lookup {
	var healthy, failing []lookup
	for _, p := range pools {
		memory, ok := d.known[p.name]
		if !ok {
			memory = &poolMemory{}
			d.known[p.name] = memory
			d.greet(p)
		}
		memory.facts = p.facts
		next := lookup{pool: p, names: p.dnsNames(memory.dnsName)}
		if memory.trouble.reason != "" {
			failing = append(failing, next)
		} else {
			healthy = append(healthy, next)
		}
	}
	return append(healthy, failing...)
}

// greet tells of a pool that was not known, and warns once of a name that the account has in quotes.
func (d *discoverer) greet(p pool) {
	if d.looked {
		d.logger.Info("Pool is new", "compute_pool", p.name, "state", p.facts["state"])
	}
	if d.account != nil && p.name != strings.ToUpper(p.name) && checkPoolName(p.name) == nil {
		d.logger.Warn("Pool has small letters in its name, and DNS does not tell case: a pool whose name differs only in case has the same nodes",
			"compute_pool", p.name, "dns_name", dnsNames(p.name)[0])
	}
}

// dropUnlisted forgets the pools that are listed no more, and returns their groups without targets.
func (d *discoverer) dropUnlisted(pools []pool) []*targetgroup.Group {
	listed := make(map[string]struct{}, len(pools))
	for _, p := range pools {
		listed[p.name] = struct{}{}
	}
	var groups []*targetgroup.Group
	for name := range d.known {
		if _, ok := listed[name]; !ok {
			groups = append(groups, &targetgroup.Group{Source: d.source(name)})
			delete(d.known, name)
			d.logger.Info("Pool is listed no more: its series end", "compute_pool", name)
		}
	}
	return groups
}

// run finds the nodes of the pool under the first name that is known.
func (l lookup) run(ctx context.Context, resolver *net.Resolver) outcome {
	found := outcome{pool: l.pool}
	if found.err = checkPoolName(l.pool.name); found.err != nil {
		return found
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	for _, name := range l.names {
		found.dnsName = name
		found.nodes, found.err = lookupNodes(ctx, resolver, name)
		if found.err == nil || !isNotFound(found.err) {
			return found
		}
	}
	return found
}

// remember notes an outcome and returns the group to send, or nil when Prometheus is to keep the one it has.
func (d *discoverer) remember(found outcome) *targetgroup.Group {
	memory := d.known[found.pool.name]
	group := &targetgroup.Group{Source: d.source(found.pool.name), Labels: found.pool.labels()}
	if found.err != nil && !found.atRest() {
		return d.rememberFailure(memory, found, group)
	}
	memory.problem = problem{}
	if lasted, ok := memory.trouble.ended(); ok {
		d.logger.Info("Pool can be looked up again", "compute_pool", found.pool.name, "nodes", len(found.nodes), "after", lasted)
	}
	memory.nodes, memory.seenAt = found.nodes, time.Time{}
	if found.err != nil {
		return group
	}
	memory.dnsName, memory.seenAt, memory.succeededAt = found.dnsName, time.Now(), time.Now()
	group.Labels[labelDNSName] = model.LabelValue(found.dnsName)
	group.Targets = targets(found.nodes)
	return group
}

// rememberFailure keeps the pool's nodes for stale_after, and then returns its group without targets once.
func (d *discoverer) rememberFailure(memory *poolMemory, found outcome, group *targetgroup.Group) *targetgroup.Group {
	name := found.pool.name
	memory.problem = d.problemOf(found)
	d.countFailure(memory.problem.reason)
	if memory.trouble.failed(memory.problem.reason) {
		d.logger.Warn("Pool lookup failed: its known nodes are kept and the next refresh tries again", "compute_pool", name,
			"reason", memory.problem.reason, "err", memory.problem.text, "kept_nodes", len(memory.nodes), "next_refresh_in", d.config.RefreshInterval)
	}
	if memory.seenAt.IsZero() || time.Since(memory.seenAt) <= time.Duration(d.config.StaleAfter) {
		return nil
	}
	memory.seenAt, memory.nodes = time.Time{}, nil
	d.logger.Warn("Pool dropped: its nodes could not be looked up for too long", "compute_pool", name, "stale_after", d.config.StaleAfter)
	return group
}
