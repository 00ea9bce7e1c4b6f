// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"net/netip"
	"time"

	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"golang.org/x/sync/errgroup"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

// serviceDiscoverer finds the instances of services that publish metrics of their own, one target group a service.
type serviceDiscoverer struct {
	*loop
	account    *sqlapi.Client
	lister     *serviceLister
	questioner *questioner
	resolver   *nodeResolver
	memory     *serviceMemory
	reporter   *serviceReporter
}

func newServiceDiscoverer(c *SDConfig, opts promdiscovery.DiscovererOptions) (*serviceDiscoverer, error) {
	loop, err := newLoop(c, opts)
	if err != nil {
		return nil, err
	}
	account, err := c.NewAccount()
	if err != nil {
		return nil, err
	}
	reporter := newServiceReporter(c, opts.Logger)
	lister, err := newServiceLister(c, account, reporter)
	if err != nil {
		return nil, err
	}
	memory := newServiceMemory(c, reporter)
	d := &serviceDiscoverer{
		loop: loop, account: account, lister: lister, memory: memory, reporter: reporter,
		resolver: newNodeResolver(c.DNSServer),
		questioner: &questioner{
			account: account, reporter: reporter, limit: maxStatements, once: c.once,
			first: time.Duration(c.RefreshInterval) / 2, // due at the next refresh
		},
	}
	if c.once {
		d.questioner.limit = c.maxTargets()
	}
	loop.finder = d
	return d, nil
}

func (d *serviceDiscoverer) close() { d.account.HTTP.CloseIdleConnections() }

func (d *serviceDiscoverer) status(took time.Duration) Status {
	return d.reporter.status(took, Status{Services: d.memory.status(), AccountError: d.lister.accountError()})
}

func (d *serviceDiscoverer) refreshed(ok bool, took time.Duration) {
	d.reporter.refreshEnded(ok, took, len(d.memory.services), d.status)
}

// refresh lists the services once, looks up those that are opted in, and asks for what is new. It reports whether the
// account answered: a service that fails costs its own group and fails no refresh.
func (d *serviceDiscoverer) refresh(ctx context.Context, send func([]*targetgroup.Group)) bool {
	ctx, cancel := context.WithTimeout(ctx, d.bound())
	defer cancel()
	listCtx, stopListing := context.WithTimeout(ctx, d.bound()/2)
	services, current := d.lister.list(listCtx)
	stopListing()
	if isCanceled(ctx) {
		return false
	}
	d.questioner.silent = !current
	d.follow(ctx, services, send)
	return current
}

// unfinished reports whether services wait for answers of the account that were too many for one refresh.
func (d *serviceDiscoverer) unfinished() bool { return d.questioner.waiting }

// catchUp asks for some of what did not fit into the refresh, which takes no statement of its own.
func (d *serviceDiscoverer) catchUp(ctx context.Context, send func([]*targetgroup.Group)) {
	ctx, cancel := context.WithTimeout(ctx, d.bound())
	defer cancel()
	started := time.Now()
	d.follow(ctx, d.lister.listed, send)
	if !isCanceled(ctx) {
		d.reporter.show(d.status(time.Since(started)))
	}
}

func (d *serviceDiscoverer) bound() time.Duration { return min(d.interval, maxRefresh) }

// follow looks up the services and asks for what is new, and sends their groups.
func (d *serviceDiscoverer) follow(ctx context.Context, services []service, send func([]*targetgroup.Group)) {
	gone := d.memory.dropUnlisted(services)
	all, active := d.memory.plan(services)
	d.questioner.waiting = false
	portCtx, stopAsking := context.WithTimeout(ctx, d.bound()/4)
	located := d.questioner.findPorts(portCtx, active)
	stopAsking()
	d.findAddresses(ctx, located)
	d.questioner.findNumbers(ctx, located)
	if isCanceled(ctx) {
		return
	}
	d.questioner.report(active)
	if groups := append(gone, d.memory.groups(all)...); len(groups) > 0 {
		send(groups)
	}
}

// addressResult is what one lookup found.
type addressResult struct {
	addresses []netip.Addr
	// refused are addresses that no instance can have, and server is the DNS server of the configuration.
	refused []target
	server  string
	err     error
}

// findAddresses looks up the instances of the services, some at once.
func (d *serviceDiscoverer) findAddresses(ctx context.Context, active []*knownService) {
	results := make([]addressResult, len(active))
	var running errgroup.Group
	running.SetLimit(maxLookups)
	for i, k := range active {
		running.Go(func() error {
			results[i] = d.resolver.lookupInstances(ctx, k.instancesName(), k.port)
			return nil
		})
	}
	_ = running.Wait()
	if isCanceled(ctx) {
		return
	}
	for i, k := range active {
		d.memory.rememberAddresses(k, results[i])
	}
}

// lookupInstances returns the addresses of a service's instances. The name is asked absolutely.
func (r *nodeResolver) lookupInstances(ctx context.Context, name string, port uint16) addressResult {
	nodes, refused, err := r.lookupAddresses(ctx, name+".", port)
	result := addressResult{refused: refused, server: r.server, err: err}
	for _, node := range nodes {
		result.addresses = append(result.addresses, node.Addr())
	}
	return result
}
