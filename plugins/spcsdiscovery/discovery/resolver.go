// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// metricsPort is where the exporter of a node listens when no SRV record says otherwise.
	// Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/monitoring-services
	metricsPort = 9001
	// maxLookups bounds the pools that are resolved at once.
	maxLookups = 16
	// maxPoolTargets and maxTargets bound the SRV targets that are resolved at once, of a pool and of all pools.
	maxPoolTargets, maxTargets = 32, 64
	// attempts is how often a name is asked for, because a packet may be lost, and attemptTimeout bounds each.
	attempts, attemptTimeout = 2, 3 * time.Second
)

// lookup is one to make: a pool and the names to ask for its nodes, in order.
type lookup struct {
	pool  pool
	names []string
}

// lookupResult is what one lookup found.
type lookupResult struct {
	pool    pool
	dnsName string
	nodes   []netip.AddrPort
	// targets are those of SRV records, also those that could not be resolved.
	targets []target
	err     error
	// failure explains err, or the first target that could not be resolved, where that is a fault.
	failure failure
}

// failed reports whether the nodes could not be found. A pool without nodes that is suspended is not a fault.
func (r lookupResult) failed() bool {
	return r.err != nil && (!isNotFound(r.err) || r.pool.expectsNodes())
}

// nodeResolver finds the nodes of pools by DNS.
type nodeResolver struct {
	dns *net.Resolver
	// places has room for the targets that are resolved at once.
	places chan struct{}
	// server is the one to ask instead of the system's; it may be empty.
	server string
	// simulated is set where that server is on loopback, so that nodes may be there too.
	simulated bool
}

// newNodeResolver returns a resolver that asks server, or the system's servers when it is empty.
// The standard one waits for a silent server even when its context is cancelled; a shutdown must not.
func newNodeResolver(server string) *nodeResolver {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		if server != "" {
			address = server
		}
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
		if strings.HasPrefix(network, "tcp") {
			return &streamConn{Conn: conn}, nil
		}
		return conn, nil
	}
	return &nodeResolver{
		dns: &net.Resolver{PreferGo: true, Dial: dial}, places: make(chan struct{}, maxTargets), server: server,
		simulated: isLoopback(server),
	}
}

// lookupAll makes the lookups, some at once, and closes results after the last.
func (r *nodeResolver) lookupAll(ctx context.Context, lookups []lookup, results chan<- lookupResult) {
	defer close(results)
	var running errgroup.Group
	running.SetLimit(maxLookups)
	for _, next := range lookups {
		running.Go(func() error {
			results <- r.lookup(ctx, next)
			return nil
		})
	}
	_ = running.Wait()
}

// lookup finds the nodes of the pool under the first name that DNS knows.
func (r *nodeResolver) lookup(ctx context.Context, l lookup) lookupResult {
	result := lookupResult{pool: l.pool, err: cmp.Or(l.pool.unusable, checkPoolName(l.pool.name))}
	if result.err == nil {
		for _, name := range l.names {
			result.dnsName = name
			result.nodes, result.targets, result.err = r.lookupNodes(ctx, name)
			if result.err == nil || !isNotFound(result.err) {
				break
			}
		}
	}
	if result.failed() {
		result.failure = newLookupFailure(l.pool.name, r.server, result.err)
	} else if failed := failedTargets(result.targets); len(failed) > 0 {
		result.failure = newTargetFailure(l.pool.name, r.server, failed)
	}
	return result
}

// lookupNodes returns the sorted addresses of a pool's exporters: from SRV records, else from A and AAAA records at
// metricsPort. The name is asked absolutely, so that search domains are not applied.
func (r *nodeResolver) lookupNodes(ctx context.Context, name string) ([]netip.AddrPort, []target, error) {
	records, err := r.lookupSRV(ctx, name+".")
	if err != nil && len(records) == 0 && !isNotFound(err) {
		return nil, nil, err
	}
	targets := r.resolveTargets(ctx, records)
	if err != nil && len(records) > 0 {
		// The resolver leaves out records with names that are none, and gives the others with its error.
		targets = append(targets, target{name: name, err: err})
	}
	var nodes []netip.AddrPort
	for _, t := range targets {
		nodes = append(nodes, t.nodes...)
	}
	if len(nodes) > 0 {
		return sortUnique(nodes), targets, nil
	}
	if failed := failedTargets(targets); len(failed) > 0 {
		return nil, nil, failed[0].err
	}
	nodes, refused, err := r.lookupAddresses(ctx, name+".", metricsPort)
	return nodes, refused, err
}

func (r *nodeResolver) lookupSRV(ctx context.Context, name string) ([]*net.SRV, error) {
	return ask(ctx, func(ctx context.Context) ([]*net.SRV, error) {
		_, records, err := r.dns.LookupSRV(ctx, "", "", name)
		return records, err
	})
}

// ask asks again where an answer did not come in time.
func ask[T any](ctx context.Context, question func(context.Context) (T, error)) (answer T, err error) {
	for range attempts {
		attempt, cancel := context.WithTimeout(ctx, attemptTimeout)
		answer, err = question(attempt)
		silent := attempt.Err() != nil
		cancel()
		if err == nil || !silent || ctx.Err() != nil {
			break
		}
	}
	return answer, err
}

// lookupAddresses returns the nodes of a name, and a target for each address that no node can have. Where DNS gives
// only those, it returns an error.
func (r *nodeResolver) lookupAddresses(
	ctx context.Context, name string, port uint16,
) (nodes []netip.AddrPort, refused []target, err error) {
	addresses, err := ask(ctx, func(ctx context.Context) ([]netip.Addr, error) {
		return r.dns.LookupNetIP(ctx, "ip", name)
	})
	if err != nil {
		return nil, nil, err
	}
	nodes, refused = r.usable(name, port, addresses)
	if len(nodes) == 0 && len(refused) > 0 {
		return nil, nil, refused[0].err
	}
	return nodes, refused, nil
}

func sortUnique(nodes []netip.AddrPort) []netip.AddrPort {
	slices.SortFunc(nodes, netip.AddrPort.Compare)
	return slices.Compact(nodes)
}

func isNotFound(err error) bool {
	var dnsErr *net.DNSError
	return errors.As(err, &dnsErr) && dnsErr.IsNotFound
}
