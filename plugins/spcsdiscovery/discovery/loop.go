// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"errors"
	"time"

	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// finder is what differs between the roles of a discovery.
type finder interface {
	// refresh sends what changed, and reports whether nothing that counts failed.
	refresh(ctx context.Context, send func([]*targetgroup.Group)) bool
	// unfinished reports whether more is to be asked than fitted into the last refresh, and catchUp asks for some of it.
	unfinished() bool
	catchUp(ctx context.Context, send func([]*targetgroup.Group))
	// refreshed takes down that a refresh has ended.
	refreshed(ok bool, took time.Duration)
	// status returns what the last refresh found.
	status(took time.Duration) Status
	// close ends the connections to the account.
	close()
}

// catchUpPause is how long what did not fit into a refresh waits.
const catchUpPause = 5 * time.Second

// loop implements discovery.Discoverer for a finder.
type loop struct {
	finder   finder
	interval time.Duration
	metrics  *promdiscovery.RefreshMetrics
}

func newLoop(c *SDConfig, opts promdiscovery.DiscovererOptions) (*loop, error) {
	m, ok := opts.Metrics.(*metrics)
	if !ok {
		return nil, errors.New("invalid discovery metrics type")
	}
	if err := c.CheckFiles(); err != nil {
		return nil, err
	}
	return &loop{
		interval: time.Duration(c.RefreshInterval), metrics: m.refresh.Instantiate(c.Name(), opts.SetName),
	}, nil
}

// Run implements discovery.Discoverer: it refreshes at once and then at every interval, until ctx ends.
func (l *loop) Run(ctx context.Context, up chan<- []*targetgroup.Group) {
	defer l.finder.close()
	send := func(groups []*targetgroup.Group) {
		select {
		case up <- groups:
		case <-ctx.Done():
		}
	}
	ticker := time.NewTicker(l.interval)
	defer ticker.Stop()
	for {
		l.measureRefresh(ctx, send)
		if !l.wait(ctx, ticker.C, send) {
			return
		}
	}
}

// wait ends with the next refresh, and asks meanwhile for what did not fit into the last one. It reports whether to go
// on.
func (l *loop) wait(ctx context.Context, next <-chan time.Time, send func([]*targetgroup.Group)) bool {
	for {
		var soon <-chan time.Time
		if l.finder.unfinished() {
			soon = time.After(catchUpPause)
		}
		select {
		case <-next:
			return true
		case <-ctx.Done():
			return false
		case <-soon:
			l.finder.catchUp(ctx, send)
		}
	}
}

func (l *loop) measureRefresh(ctx context.Context, send func([]*targetgroup.Group)) {
	started := time.Now()
	ok := l.finder.refresh(ctx, send)
	if ctx.Err() != nil {
		return
	}
	if !ok {
		l.metrics.Failures.Inc()
	}
	elapsed := time.Since(started)
	l.finder.refreshed(ok, elapsed)
	l.metrics.Duration.Observe(elapsed.Seconds())
	l.metrics.DurationHistogram.Observe(elapsed.Seconds())
}

// isCanceled reports whether ctx ended by a shutdown rather than by its deadline.
func isCanceled(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), context.Canceled)
}
