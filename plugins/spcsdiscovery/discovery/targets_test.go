// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

var servfail = dnstest.Record{RCode: dnsmessage.RCodeServerFailure}

// addNodes gives the pool that many nodes by SRV records.
func (f *fixture) addNodes(dnsName string, count int) {
	record := dnstest.Record{SRV: map[string]uint16{}}
	for n := range count {
		target := fmt.Sprintf("n%d.%s", n, dnsName)
		record.SRV[target] = metricsPort
		f.dns.Set(target, dnstest.Record{A: []string{fmt.Sprintf("10.1.%d.%d", n/256, n%256)}})
	}
	f.dns.Set(dnsName, record)
}

func TestDiscoveryKeepsTheAddressOfATargetThatFails(t *testing.T) {
	f := newFixture(t, named("POOL_A", "POOL_B"))
	f.addNodes(poolA, 3)
	f.dns.Set(poolB, dnstest.Record{A: []string{"10.9.0.1"}})
	f.mustDiscover(t)
	f.dns.Set("n1."+poolA, servfail)
	for range 3 {
		groups := f.mustDiscover(t) // one node that DNS does not find fails no refresh
		require.Equal(t, []string{"10.1.0.0:9001", "10.1.0.1:9001", "10.1.0.2:9001"}, addresses(groups["POOL_A"]))
		require.Equal(t, []string{"10.9.0.1:9001"}, addresses(groups["POOL_B"]))
	}
	require.Equal(t, 1, f.warnings(), "%s", f.log)
	require.Contains(t, f.log.String(), "n1."+poolA)
	status := f.report()
	require.Equal(t, "dns_server", status.Pools[0].Reason)
	require.EqualValues(t, 4, status.Failures["dns_server"])
	require.Zero(t, status.FailedInARow)
	require.False(t, status.LastSuccess.IsZero())
	require.Empty(t, status.Pools[1].Reason)
	f.dns.Set("n1."+poolA, dnstest.Record{A: []string{"10.1.0.9"}})
	groups := f.mustDiscover(t)
	require.Equal(t, []string{"10.1.0.0:9001", "10.1.0.2:9001", "10.1.0.9:9001"}, addresses(groups["POOL_A"]))
	require.Contains(t, f.log.String(), "Pool can be looked up again")
}

func TestDiscoveryGoesOnWithTheTargetsThatResolve(t *testing.T) {
	good := map[string]uint16{"n0.x": 9001, "n1.x": 9001}
	for name, bad := range map[string]string{
		"SERVFAIL": "bad.x", "a name that is none": "*.bad.x", "an address as name": "10.0.0.7",
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, named("POOL_A", "POOL_B"))
			records := maps.Clone(good)
			records[bad] = 9001
			f.dns.Set(poolA, dnstest.Record{SRV: records})
			f.dns.Set("n0.x", dnstest.Record{A: []string{"10.0.0.1"}})
			f.dns.Set("n1.x", dnstest.Record{A: []string{"10.0.0.2"}})
			f.dns.Set("bad.x", servfail)
			f.dns.Set(poolB, dnstest.Record{A: []string{"10.9.0.1"}})
			for range 2 {
				groups := f.mustDiscover(t)
				require.Equal(t, []string{"10.0.0.1:9001", "10.0.0.2:9001"}, addresses(groups["POOL_A"]))
				require.Equal(t, []string{"10.9.0.1:9001"}, addresses(groups["POOL_B"]))
			}
			require.Equal(t, 1, f.warnings(), "%s", f.log)
			require.Contains(t, f.log.String(), "compute_pool=POOL_A reason=dns_server")
			require.EqualValues(t, 2, f.reporter.failures["dns_server"])
			f.dns.Set(poolA, dnstest.Record{SRV: good})
			require.Len(t, addresses(f.mustDiscover(t)["POOL_A"]), 2)
			require.Contains(t, f.log.String(), "Pool can be looked up again")
		})
	}
}

// DNS gives SRV records of one priority in random order; which of several failing targets comes first does not matter.
func TestDiscoveryLogsTargetsThatFailForTwoReasonsOnce(t *testing.T) {
	f := newFixture(t, named("POOL_A"))
	m := f.memory
	refused, silent := &net.DNSError{Err: "server misbehaving"}, &net.DNSError{Err: "i/o timeout", IsTimeout: true}
	failing := []target{{name: "n1", err: refused}, {name: "n2", err: silent}, {name: "n0", nodes: []netip.AddrPort{{}}}}
	m.plan([]pool{{name: "POOL_A"}})
	for range 10 {
		slices.Reverse(failing)
		m.remember(lookupResult{
			pool: pool{name: "POOL_A"}, nodes: failing[0].nodes, targets: failing,
			failure: newTargetFailure("POOL_A", "", failedTargets(failing)),
		})
	}
	require.Equal(t, 1, f.warnings(), "%s", f.log)
	require.Equal(t, map[string]int64{"dns_server": 10, "dns_timeout": 10}, m.reporter.failures)
	require.Equal(t, "dns_server", m.status()[0].Reason)
}

func TestDiscoveryKeepsAFailedTargetForStaleAfterOnly(t *testing.T) {
	f := newFixture(t, named("POOL_A"), func(c *SDConfig) { c.StaleAfter = 0 })
	f.addNodes(poolA, 3)
	f.mustDiscover(t)
	f.dns.Set("n1."+poolA, servfail)
	for range 2 {
		groups, _ := f.discover()
		require.Equal(t, []string{"10.1.0.0:9001", "10.1.0.2:9001"}, addresses(groups["POOL_A"]))
	}
	require.Equal(t, 1, f.warnings(), "%s", f.log)
}

func TestDiscoveryReadsAPortThatMakesNoSense(t *testing.T) {
	f := newFixture(t, named("POOL_A"))
	f.dns.Set(poolA, dnstest.Record{SRV: map[string]uint16{"n0.x": 0}})
	f.dns.Set("n0.x", dnstest.Record{A: []string{"10.0.0.1"}})
	require.Equal(t, []string{"10.0.0.1:9001"}, addresses(f.mustDiscover(t)["POOL_A"]))
}

func TestDiscoveryGoesOnWithTheEndpointsThatItCanRead(t *testing.T) {
	f := newFixture(t, func(c *SDConfig) { c.PoolSource = SourceFunction })
	f.account.set(200, []string{`["` + poolA + `", "other.form.example", "pool_b"]`})
	f.dns.Set("pool_b", dnstest.Record{A: []string{"10.0.0.2"}})
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	groups, ok := f.discover()
	require.False(t, ok)
	require.Equal(t, []string{"10.0.0.1:9001"}, addresses(groups["POOL_A"]))
	require.Equal(t, map[string]int64{"pool_name": 2}, f.reporter.failures)
	require.Contains(t, f.log.String(), `the endpoint \"other.form.example\" has an unknown form`)
	require.NotContains(t, f.dns.Asked(), "pool_b")
}
