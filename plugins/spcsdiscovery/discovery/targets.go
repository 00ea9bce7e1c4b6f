// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// noTarget is the target of an SRV record without a target.
const noTarget = "."

// target is one SRV record, and what its name has in DNS.
type target struct {
	// name is the record's host and port.
	name  string
	nodes []netip.AddrPort
	err   error
}

// keptTarget is what a target had when it was resolved last.
type keptTarget struct {
	nodes  []netip.AddrPort
	seenAt time.Time
}

// resolveTargets resolves the records, some at once; one that fails costs no other.
func (r *nodeResolver) resolveTargets(ctx context.Context, records []*net.SRV) []target {
	targets, refused := make([]target, len(records)), make([][]target, len(records))
	var running errgroup.Group
	running.SetLimit(maxPoolTargets)
	for i, record := range records {
		if record.Target == noTarget {
			continue
		}
		running.Go(func() error {
			r.places <- struct{}{}
			defer func() { <-r.places }()
			port := cmp.Or(record.Port, metricsPort)
			targets[i].name = net.JoinHostPort(record.Target, strconv.Itoa(int(port)))
			targets[i].nodes, refused[i], targets[i].err = r.lookupAddresses(ctx, record.Target, port)
			return nil
		})
	}
	_ = running.Wait()
	return append(targets, slices.Concat(refused...)...)
}

// failedTargets returns those whose names DNS gives no answer about, by name: the records come in random order. A name
// that does not exist is an answer.
func failedTargets(targets []target) []target {
	var failed []target
	for _, t := range targets {
		if t.err != nil && !isNotFound(t.err) {
			failed = append(failed, t)
		}
	}
	slices.SortStableFunc(failed, func(a, b target) int { return strings.Compare(a.name, b.name) })
	return failed
}

// keepTargets remembers the targets that were resolved, and returns the nodes of those that were not for stale_after.
func (m *memory) keepTargets(known *poolMemory, targets []target) []netip.AddrPort {
	now := time.Now()
	fresh := make(map[string]keptTarget, len(targets))
	var kept []netip.AddrPort
	for _, t := range targets {
		if t.err == nil {
			fresh[t.name] = keptTarget{nodes: t.nodes, seenAt: now}
		}
	}
	for _, t := range failedTargets(targets) {
		before, ok := known.targets[t.name]
		if ok && now.Sub(before.seenAt) <= time.Duration(m.staleAfter) {
			fresh[t.name] = before
			kept = append(kept, before.nodes...)
		}
	}
	known.targets = fresh
	return kept
}

// rememberTargets logs which targets fail where that changed, and returns all nodes of the pool.
func (m *memory) rememberTargets(known *poolMemory, result lookupResult) []netip.AddrPort {
	nodes := sortUnique(append(m.keepTargets(known, result.targets), result.nodes...))
	known.failure = result.failure
	failed := failedTargets(result.targets)
	if len(failed) == 0 {
		known.failing = nil
		if lasted, ok := known.outage.recordSuccess(); ok {
			m.reporter.lookupRecovered(result.pool.name, len(nodes), lasted)
		}
		return nodes
	}
	for _, t := range failed {
		m.reporter.countFailure(newLookupFailure(result.pool.name, "", t.err).reason)
	}
	before := known.failing
	known.failing = make(map[string]struct{}, len(before)+len(failed))
	for name := range before {
		known.failing[name] = struct{}{} // until all resolve again, so that one that comes and goes is one line
	}
	for _, t := range failed {
		known.failing[t.name] = struct{}{}
	}
	if known.outage.recordFailure(result.failure.reason) || len(known.failing) > len(before) {
		m.reporter.targetsFailed(result.pool.name, result.failure, len(nodes))
	}
	return nodes
}
