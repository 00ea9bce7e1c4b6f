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
	"github.com/prometheus/prometheus/discovery/refresh"
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
	resolver *net.Resolver
	account  *sqlapi.Client
	// sent holds the sources of the groups that have targets, so that a pool which is gone is taken back.
	sent map[string]struct{}
}

// runner refreshes until its context ends, and then closes the connections that it kept to the account.
type runner struct {
	*refresh.Discovery
	account *sqlapi.Client
}

// Run implements discovery.Discoverer.
func (r *runner) Run(ctx context.Context, groups chan<- []*targetgroup.Group) {
	if r.account != nil {
		defer r.account.HTTP.CloseIdleConnections()
	}
	r.Discovery.Run(ctx, groups)
}

func newDiscoverer(c *SDConfig, opts promdiscovery.DiscovererOptions) (*runner, error) {
	m, ok := opts.Metrics.(*metrics)
	if !ok {
		return nil, errors.New("invalid discovery metrics type")
	}
	d := &discoverer{config: *c, logger: opts.Logger, resolver: newResolver(c.DNSServer), sent: map[string]struct{}{}}
	if len(c.ComputePools) == 0 {
		account, err := newAccount(c)
		if err != nil {
			return nil, err
		}
		d.account = account
	}
	loop := refresh.NewDiscovery(refresh.Options{
		Logger:              opts.Logger,
		Mech:                c.Name(),
		SetName:             opts.SetName,
		Interval:            time.Duration(c.RefreshInterval),
		RefreshF:            d.refresh,
		MetricsInstantiator: m.refresh,
	})
	return &runner{Discovery: loop, account: d.account}, nil
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
			d.logger.Error("Pool lookup failed: its known nodes are kept and the next refresh tries again", "compute_pool", p.name, "dns_name", name, "err", err)
		}
		return nil
	}
	group.Targets = targets(nodes)
	return group
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
