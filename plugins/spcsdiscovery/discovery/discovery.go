// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/prometheus/common/model"
	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"golang.org/x/sync/errgroup"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

const (
	// maxLookups bounds the pools that are resolved at once.
	maxLookups = 16
	// lookupTimeout bounds the resolution of one pool.
	lookupTimeout = 5 * time.Second
	// maxRefresh bounds one refresh even when the interval is longer.
	maxRefresh = 30 * time.Second
	// flushInterval is how long a pool that was found waits at most for one that is slow to answer.
	flushInterval = time.Second
)

// discoverer finds the nodes of the account's pools, one target group a pool. Prometheus keeps the group of a source
// that is not sent again, and ends one that is sent without targets.
type discoverer struct {
	config   SDConfig
	logger   *slog.Logger
	metrics  *promdiscovery.RefreshMetrics
	resolver *net.Resolver
	account  *sqlapi.Client

	// listed is the account's last answer, and listedAt when it came; zero before the first.
	listed   []pool
	listedAt time.Time
	// cutOff is set once the list of pools was too long for one answer.
	cutOff bool
	// useShow is set once the account has no function that lists endpoints.
	useShow bool
	// setName is the job that the discovery serves.
	setName string
	// looked is set once the first refresh has ended.
	looked bool
	// failures counts by reason since the start.
	failures     map[string]int64
	failedInARow int
	lastSuccess  time.Time
	// accountTrouble and accountError are of the last time that the account was asked.
	accountTrouble notice
	accountError   string
	// known holds what was found of each pool by name.
	known map[string]*poolMemory
}

func newDiscoverer(c *SDConfig, opts promdiscovery.DiscovererOptions) (*discoverer, error) {
	m, ok := opts.Metrics.(*metrics)
	if !ok {
		return nil, errors.New("invalid discovery metrics type")
	}
	d := &discoverer{
		config:   *c,
		logger:   opts.Logger,
		metrics:  m.refresh.Instantiate(c.Name(), opts.SetName),
		resolver: newResolver(c.DNSServer),
		useShow:  c.source() == SourceShow,
		setName:  opts.SetName,
		failures: map[string]int64{},
		known:    map[string]*poolMemory{},
	}
	if err := c.CheckFiles(); err != nil {
		return nil, err
	}
	if c.source() != SourceList {
		account, err := c.NewAccount()
		if err != nil {
			return nil, err
		}
		d.account = account
	}
	return d, nil
}

// Run implements discovery.Discoverer: it refreshes at once and then at every interval, until ctx ends.
func (d *discoverer) Run(ctx context.Context, up chan<- []*targetgroup.Group) {
	if d.account != nil {
		defer d.account.HTTP.CloseIdleConnections()
	}
	send := func(groups []*targetgroup.Group) {
		select {
		case up <- groups:
		case <-ctx.Done():
		}
	}
	ticker := time.NewTicker(time.Duration(d.config.RefreshInterval))
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
	d.report(started, ok)
	elapsed := time.Since(started).Seconds()
	d.metrics.Duration.Observe(elapsed)
	d.metrics.DurationHistogram.Observe(elapsed)
}

// refresh looks at the account once, resolves every pool, and sends what changed; it tells whether nothing failed.
// The account gets half of the time at most, so that a slow one does not keep the nodes from being followed by DNS.
func (d *discoverer) refresh(ctx context.Context, send func([]*targetgroup.Group)) bool {
	bound := min(time.Duration(d.config.RefreshInterval), maxRefresh)
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	askCtx, stopAsking := context.WithTimeout(ctx, bound/2)
	pools, asked := d.currentPools(askCtx)
	stopAsking()
	if isCanceled(ctx) {
		return false
	}
	if gone := d.dropUnlisted(pools); len(gone) > 0 {
		send(gone)
	}
	resolved := d.resolveAll(ctx, pools, send)
	return asked && resolved
}

// resolveAll looks up all pools, those that failed before last, and sends what is found about once a second.
func (d *discoverer) resolveAll(ctx context.Context, pools []pool, send func([]*targetgroup.Group)) bool {
	outcomes := make(chan outcome)
	go d.lookupAll(ctx, d.plan(pools), outcomes)
	ticker := time.NewTicker(flushInterval)
	defer ticker.Stop()
	var groups []*targetgroup.Group
	complete := true
	for {
		select {
		case found, open := <-outcomes:
			if !open {
				send(groups)
				return complete
			}
			if isCanceled(ctx) {
				continue
			}
			complete = complete && (found.err == nil || found.atRest())
			if group := d.remember(found); group != nil {
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

// lookupAll makes the planned lookups, some at once, and closes outcomes after the last.
func (d *discoverer) lookupAll(ctx context.Context, planned []lookup, outcomes chan<- outcome) {
	defer close(outcomes)
	var running errgroup.Group
	running.SetLimit(maxLookups)
	for _, next := range planned {
		running.Go(func() error {
			outcomes <- next.run(ctx, d.resolver)
			return nil
		})
	}
	_ = running.Wait()
}

// isCanceled tells a shutdown from a deadline.
func isCanceled(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), context.Canceled)
}

func (d *discoverer) source(name string) string { return "spcs/" + d.config.Host + "/" + name }

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
