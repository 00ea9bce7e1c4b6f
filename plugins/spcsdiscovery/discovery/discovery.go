// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

const (
	// maxRefresh bounds one refresh even when the interval is longer.
	maxRefresh = 30 * time.Second
	// flushInterval is how long a pool that was found waits at most for one that is slow to answer.
	flushInterval = time.Second
)

// discoverer finds the nodes of the account's pools, one target group a pool. Prometheus keeps the group of a source
// that is not sent again, and ends one that is sent without targets.
type discoverer struct {
	*loop
	lister   *poolLister
	shard    ShardConfig
	resolver *nodeResolver
	memory   *memory
	reporter *reporter
}

func newDiscoverer(c *SDConfig, opts promdiscovery.DiscovererOptions) (*discoverer, error) {
	loop, err := newLoop(c, opts)
	if err != nil {
		return nil, err
	}
	reporter := newReporter(c, opts.Logger, "pools")
	lister, err := newPoolLister(c, reporter)
	if err != nil {
		return nil, err
	}
	d := &discoverer{
		loop: loop, lister: lister, shard: c.Shard, resolver: newNodeResolver(c.DNSServer),
		memory: newMemory(c, reporter), reporter: reporter,
	}
	loop.finder = d
	return d, nil
}

// RefreshOnce does what a discoverer does at every interval, and returns what it found. An error means that the
// configuration cannot be used.
func RefreshOnce(ctx context.Context, c *SDConfig) (Status, error) {
	single := *c
	single.once = true
	registry := prometheus.NewRegistry()
	discoverer, err := newFinder(&single, promdiscovery.DiscovererOptions{
		Logger:  slog.New(slog.DiscardHandler),
		Metrics: c.NewDiscovererMetrics(registry, promdiscovery.NewRefreshMetrics(registry)),
	})
	if err != nil {
		return Status{}, err
	}
	defer discoverer.close()
	started := time.Now()
	discoverer.refresh(ctx, func([]*targetgroup.Group) {})
	return discoverer.status(time.Since(started)), nil
}

func (d *discoverer) close() { d.lister.close() }

// unfinished implements finder: a refresh looks up every pool.
func (d *discoverer) unfinished() bool { return false }

func (d *discoverer) catchUp(context.Context, func([]*targetgroup.Group)) {}

func (d *discoverer) status(took time.Duration) Status {
	return d.reporter.status(took, Status{Pools: d.memory.status(), AccountError: d.lister.accountError()})
}

func (d *discoverer) refreshed(ok bool, took time.Duration) {
	d.reporter.refreshEnded(ok, took, len(d.memory.pools), d.status)
}

// refresh lists the pools once, resolves each of them, and sends what changed. It reports whether the account answered
// and every pool was found; a pool whose nodes are found in part has its own failure, and fails no refresh.
// The account gets half of the time at most, so that a slow one does not keep the nodes from being followed by DNS.
func (d *discoverer) refresh(ctx context.Context, send func([]*targetgroup.Group)) bool {
	bound := min(d.interval, maxRefresh)
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	listCtx, stopListing := context.WithTimeout(ctx, bound/2)
	pools, current := d.lister.list(listCtx)
	stopListing()
	if isCanceled(ctx) {
		return false
	}
	pools, d.reporter.otherShards = d.shard.split(pools)
	if gone := d.memory.dropUnlisted(pools); len(gone) > 0 {
		send(gone)
	}
	resolved := d.resolveAll(ctx, pools, send)
	return current && resolved
}

// resolveAll looks up all pools, those that failed before last, and sends what is found about once a second.
func (d *discoverer) resolveAll(ctx context.Context, pools []pool, send func([]*targetgroup.Group)) bool {
	results := make(chan lookupResult)
	go d.resolver.lookupAll(ctx, d.memory.plan(pools), results)
	ticker := time.NewTicker(flushInterval)
	defer ticker.Stop()
	var groups []*targetgroup.Group
	complete := true
	for {
		select {
		case result, open := <-results:
			if !open {
				send(groups)
				return complete
			}
			if isCanceled(ctx) {
				continue
			}
			complete = complete && !result.failed()
			if group := d.memory.remember(result); group != nil {
				groups = append(groups, group)
			}
		case <-ticker.C:
			if len(groups) > 0 {
				send(groups)
				groups = nil
			}
		}
	}
}
