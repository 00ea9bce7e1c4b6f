// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"errors"
	"net"
	"net/netip"
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
	// failing is set while lookups fail.
	failing bool
	// facts are what the account told last, and nodes is how many targets there are.
	facts map[string]string
	nodes int
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
		}
		memory.facts = p.facts
		next := lookup{pool: p, names: p.dnsNames(memory.dnsName)}
		if memory.failing {
			failing = append(failing, next)
		} else {
			healthy = append(healthy, next)
		}
	}
	return append(healthy, failing...)
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
	memory.failing = found.err != nil && !found.atRest()
	group := &targetgroup.Group{Source: d.source(found.pool.name), Labels: found.pool.labels()}
	switch {
	case found.err == nil:
		memory.dnsName, memory.seenAt, memory.nodes = found.dnsName, time.Now(), len(found.nodes)
		group.Labels[labelDNSName] = model.LabelValue(found.dnsName)
		group.Targets = targets(found.nodes)
		return group
	case found.atRest():
		*memory = poolMemory{dnsName: memory.dnsName, facts: memory.facts}
		return group
	}
	d.countFailure(dnsReason(found.err))
	d.logFailure(found)
	if memory.seenAt.IsZero() {
		return nil
	}
	if kept := time.Since(memory.seenAt); kept > time.Duration(d.config.StaleAfter) {
		memory.seenAt, memory.nodes = time.Time{}, 0
		d.logger.Warn("Pool dropped: its nodes could not be looked up for too long", "compute_pool", found.pool.name, "stale_after", d.config.StaleAfter)
		return group
	}
	return nil
}

func (d *discoverer) logFailure(found outcome) {
	name := found.pool.name
	if err := checkPoolName(name); err != nil {
		d.logger.Warn("Pool left out", "compute_pool", name, "err", err)
		return
	}
	if isNotFound(found.err) {
		d.logger.Warn("Pool has no nodes in DNS: check that it exists and that the role has MONITOR on it", "compute_pool", name, "dns_name", dnsNames(name)[0])
		return
	}
	d.logger.Warn("Pool lookup failed: its known nodes are kept and the next refresh tries again", "compute_pool", name, "err", d.nameServer(found.err))
}

// nameServer puts the configured server into a DNS error, where the resolver writes the system's.
func (d *discoverer) nameServer(err error) error {
	var dnsErr *net.DNSError
	if d.config.DNSServer != "" && errors.As(err, &dnsErr) {
		dnsErr.Server = d.config.DNSServer
	}
	return err
}
