// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// metricsPort is where the publisher of a node listens when no SRV record says otherwise.
// Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/monitoring-services
const metricsPort = 9001

// poolDomain follows the pool's name in the DNS name of its nodes, oldPoolDomain did in earlier releases.
const (
	poolDomain    = ".cp.spcs.internal"
	oldPoolDomain = ".snowflakecomputing.internal"
)

// dnsNames returns the names under which the nodes of a pool may be listed: today's, then the older ones.
func dnsNames(pool string) []string {
	pool = strings.ToLower(pool)
	return []string{
		"discover.monitor." + pool + poolDomain,
		"discover.monitor." + pool + oldPoolDomain,
		"monitor." + pool + oldPoolDomain,
		"metrics." + pool + oldPoolDomain,
	}
}

// checkPoolName refuses names that cannot be a DNS label.
func checkPoolName(pool string) error {
	if pool == "" || len(pool) > 63 {
		return fmt.Errorf("pool name %q must have 1 to 63 characters to be found by DNS", pool)
	}
	for _, r := range pool {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-' {
			return fmt.Errorf("pool name %q has the character %q, which DNS does not allow: create the pool anew with letters, digits and _ only", pool, r)
		}
	}
	return nil
}

// newResolver returns a resolver that asks server, or the system's servers when it is empty.
// The standard one waits for a silent server even when its context is cancelled; a shutdown must not.
func newResolver(server string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if server != "" {
			address = server
		}
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
		return conn, nil
	}}
}

// lookupNodes returns the sorted addresses of a pool's publishers: from SRV records, else from A and AAAA records at metricsPort.
// The name is asked absolutely, so that search domains are not applied.
func lookupNodes(ctx context.Context, resolver *net.Resolver, name string) ([]netip.AddrPort, error) {
	_, records, err := resolver.LookupSRV(ctx, "", "", name+".")
	if err != nil && !isNotFound(err) {
		return nil, err
	}
	nodes, err := resolveRecords(ctx, resolver, records)
	if err != nil || len(nodes) > 0 {
		return nodes, err
	}
	return lookupAddresses(ctx, resolver, name+".", metricsPort)
}

func resolveRecords(ctx context.Context, resolver *net.Resolver, records []*net.SRV) ([]netip.AddrPort, error) {
	var nodes []netip.AddrPort
	for _, record := range records {
		found, err := lookupAddresses(ctx, resolver, record.Target, record.Port)
		if err != nil && !isNotFound(err) {
			return nil, err
		}
		nodes = append(nodes, found...)
	}
	return sortUnique(nodes), nil
}

func lookupAddresses(ctx context.Context, resolver *net.Resolver, name string, port uint16) ([]netip.AddrPort, error) {
	addresses, err := resolver.LookupNetIP(ctx, "ip", name)
	if err != nil {
		return nil, err
	}
	nodes := make([]netip.AddrPort, 0, len(addresses))
	for _, address := range addresses {
		nodes = append(nodes, netip.AddrPortFrom(address.Unmap(), port))
	}
	return sortUnique(nodes), nil
}

func sortUnique(nodes []netip.AddrPort) []netip.AddrPort {
	slices.SortFunc(nodes, netip.AddrPort.Compare)
	return slices.Compact(nodes)
}

func isNotFound(err error) bool {
	var dnsErr *net.DNSError
	return errors.As(err, &dnsErr) && dnsErr.IsNotFound
}
