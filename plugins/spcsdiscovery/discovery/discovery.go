// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"errors"
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
	interval time.Duration
	metrics  *promdiscovery.RefreshMetrics
	lister   *poolLister
	resolver *nodeResolver
	memory   *memory
	reporter *reporter
}

func newDiscoverer(c *SDConfig, opts promdiscovery.DiscovererOptions) (*discoverer, error) {
	m, ok := opts.Metrics.(*metrics)
	if !ok {
		return nil, errors.New("invalid discovery metrics type")
	}
	if err := c.CheckFiles(); err != nil {
		return nil, err
	}
	reporter := newReporter(c, opts.Logger)
	lister, err := newPoolLister(c, reporter)
	if err != nil {
		return nil, err
	}
	return &discoverer{
		interval: time.Duration(c.RefreshInterval),
		metrics:  m.refresh.Instantiate(c.Name(), opts.SetName),
		lister:   lister,
		resolver: newNodeResolver(c.DNSServer),
		memory:   newMemory(c, reporter),
		reporter: reporter,
	}, nil
}

// RefreshOnce does what a discoverer does at every interval, and returns what it found. An error means that the
// configuration cannot be used.
func RefreshOnce(ctx context.Context, c *SDConfig) (Status, error) {
	registry := prometheus.NewRegistry()
	d, err := newDiscoverer(c, promdiscovery.DiscovererOptions{
		Logger:  slog.New(slog.DiscardHandler),
		Metrics: c.NewDiscovererMetrics(registry, promdiscovery.NewRefreshMetrics(registry)),
	})
	if err != nil {
		return Status{}, err
	}
	defer d.lister.close()
	started := time.Now()
	d.refresh(ctx, func([]*targetgroup.Group) {})
	return d.reporter.status(time.Since(started), d.memory.status(), d.lister.accountError()), nil
}

// Run implements discovery.Discoverer: it refreshes at once and then at every interval, until ctx ends.
func (d *discoverer) Run(ctx context.Context, up chan<- []*targetgroup.Group) {
	defer d.lister.close()
	send := func(groups []*targetgroup.Group) {
		select {
		case up <- groups:
		case <-ctx.Done():
		}
	}
	ticker := time.NewTicker(d.interval)
	defer ticker.Stop()
	for {
		d.measureRefresh(ctx, send)
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func (d *discoverer) measureRefresh(ctx context.Context, send func([]*targetgroup.Group)) {
	started := time.Now()
	ok := d.refresh(ctx, send)
	if ctx.Err() != nil {
		return
	}
	if !ok {
		d.metrics.Failures.Inc()
	}
	elapsed := time.Since(started)
	d.reporter.refreshEnded(ok, elapsed, d.memory.status(), d.lister.accountError())
	d.metrics.Duration.Observe(elapsed.Seconds())
	d.metrics.DurationHistogram.Observe(elapsed.Seconds())
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

// isCanceled reports whether ctx ended by a shutdown rather than by its deadline.
func isCanceled(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), context.Canceled)
}
