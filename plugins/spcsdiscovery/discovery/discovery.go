// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"golang.org/x/sync/errgroup"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

const (
	metaPrefix       = model.MetaLabelPrefix + "spcs_"
	poolPrefix       = metaPrefix + "compute_pool_"
	labelPoolName    = poolPrefix + "name"
	labelDNSName     = metaPrefix + "dns_name"
	labelNodeAddress = metaPrefix + "node_address"
)

const (
	// maxLookups bounds the pools that are resolved at once.
	maxLookups = 16
	// lookupTimeout bounds the resolution of one pool.
	lookupTimeout = 5 * time.Second
	// maxRefresh bounds one refresh even when the interval is longer.
	maxRefresh = 30 * time.Second
)

// discoverer finds the nodes of the account's pools, one target group a pool.
type discoverer struct {
	config   SDConfig
	logger   *slog.Logger
	metrics  *promdiscovery.RefreshMetrics
	resolver *net.Resolver
	account  *sqlapi.Client
	// sent holds the sources of the groups that have targets, so that a pool which is gone is taken back.
	sent map[string]struct{}
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
		sent:     map[string]struct{}{},
	}
	if len(c.ComputePools) == 0 {
		account, err := newAccount(c)
		if err != nil {
			return nil, err
		}
		d.account = account
	}
	return d, nil
}

// Run implements discovery.Discoverer: it refreshes at once and then at every interval, until ctx ends.
// A refresh that fails sends nothing, so that Prometheus keeps all targets.
func (d *discoverer) Run(ctx context.Context, up chan<- []*targetgroup.Group) {
	if d.account != nil {
		defer d.account.HTTP.CloseIdleConnections()
	}
	ticker := time.NewTicker(time.Duration(d.config.RefreshInterval))
	defer ticker.Stop()
	for {
		if groups := d.measureRefresh(ctx); groups != nil {
			select {
			case up <- groups:
			case <-ctx.Done():
				return
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// measureRefresh returns nil after logging why a refresh failed.
func (d *discoverer) measureRefresh(ctx context.Context) []*targetgroup.Group {
	started := time.Now()
	groups, err := d.refresh(ctx)
	elapsed := time.Since(started).Seconds()
	d.metrics.Duration.Observe(elapsed)
	d.metrics.DurationHistogram.Observe(elapsed)
	if err != nil && ctx.Err() == nil {
		d.metrics.Failures.Inc()
		// Not an error for the logger, which would add a stack trace to it.
		d.logger.Warn("Refresh failed: known pools and nodes are kept and the next refresh tries again", "err", err)
	}
	if err != nil {
		return nil
	}
	return groups
}

func newAccount(c *SDConfig) (*sqlapi.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	tls, err := config.NewTLSConfig(&config.TLSConfig{CAFile: c.CAFile})
	if err != nil {
		return nil, fmt.Errorf("`ca_file`: %w", err)
	}
	transport.TLSClientConfig = tls
	return &sqlapi.Client{
		HTTP:      &http.Client{Transport: transport},
		BaseURL:   c.baseURL(),
		Token:     c.readToken,
		TokenType: c.TokenType,
		UserAgent: "spcsdiscovery/" + version(),
	}, nil
}

func (c *SDConfig) readToken() (string, error) {
	if c.Token != "" {
		return string(c.Token), nil
	}
	raw, err := os.ReadFile(c.TokenFile)
	if err != nil {
		return "", fmt.Errorf("cannot read the token in `token_file`: %w", err)
	}
	token := strings.TrimSpace(string(raw))
	if token == "" {
		return "", fmt.Errorf("the token file %s is empty", c.TokenFile)
	}
	return token, nil
}

// refresh looks at the account once. A pool whose lookup fails is left out, so that Prometheus keeps its targets;
// a pool that the account no longer lists is sent without targets, so that its series end.
func (d *discoverer) refresh(ctx context.Context) ([]*targetgroup.Group, error) {
	ctx, cancel := context.WithTimeout(ctx, min(time.Duration(d.config.RefreshInterval), maxRefresh))
	defer cancel()
	pools, err := d.listPools(ctx)
	if err != nil {
		return nil, err
	}
	found := make([]*targetgroup.Group, len(pools))
	var lookups errgroup.Group
	lookups.SetLimit(maxLookups)
	for i, pool := range pools {
		lookups.Go(func() error {
			found[i] = d.resolve(ctx, pool)
			return nil
		})
	}
	_ = lookups.Wait()
	if err := context.Cause(ctx); errors.Is(err, context.Canceled) {
		return nil, err
	}
	return d.merge(pools, found), nil
}

func (d *discoverer) merge(pools []pool, found []*targetgroup.Group) []*targetgroup.Group {
	groups := make([]*targetgroup.Group, 0, len(found))
	listed := make(map[string]struct{}, len(pools))
	for i, pool := range pools {
		source := d.source(pool)
		listed[source] = struct{}{}
		if found[i] != nil {
			groups = append(groups, found[i])
			d.sent[source] = struct{}{}
		}
	}
	for source := range d.sent {
		if _, ok := listed[source]; !ok {
			groups = append(groups, &targetgroup.Group{Source: source})
			delete(d.sent, source)
		}
	}
	return groups
}

func (d *discoverer) source(p pool) string { return "spcs/" + d.config.Host + "/" + p.name }

// resolve returns the group of one pool, or nil after logging why its nodes could not be looked up.
func (d *discoverer) resolve(ctx context.Context, p pool) *targetgroup.Group {
	name := dnsName(p.name)
	group := &targetgroup.Group{Source: d.source(p), Labels: p.labels()}
	group.Labels[labelDNSName] = model.LabelValue(name)
	if err := checkPoolName(p.name); err != nil {
		d.logger.Warn("Pool left out", "compute_pool", p.name, "err", err)
		return group
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	nodes, err := lookupNodes(ctx, d.resolver, name)
	if err != nil && isNotFound(err) {
		if p.expectsNodes() {
			d.logger.Warn("Pool has no nodes in DNS: check that it exists and that the role has MONITOR on it", "compute_pool", p.name, "dns_name", name)
		}
		return group
	}
	if err != nil {
		if !errors.Is(context.Cause(ctx), context.Canceled) {
			d.logger.Warn("Pool lookup failed: its known nodes are kept and the next refresh tries again", "compute_pool", p.name, "err", d.nameServer(err))
		}
		return nil
	}
	group.Targets = targets(nodes)
	return group
}

// nameServer puts the configured server into a DNS error, where the resolver writes the system's.
func (d *discoverer) nameServer(err error) error {
	var dnsErr *net.DNSError
	if d.config.DNSServer != "" && errors.As(err, &dnsErr) {
		dnsErr.Server = d.config.DNSServer
	}
	return err
}

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

// modulePath is the path of this module, as go.mod has it.
const modulePath = "github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery"

// version returns the version of this module inside the running program.
func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == modulePath {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return "devel"
}
