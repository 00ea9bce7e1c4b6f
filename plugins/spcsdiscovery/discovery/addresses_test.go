// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

// impossible are addresses that no node can have.
var impossible = []string{
	"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.91.0.1", "169.254.169.254", "224.0.0.1", "239.255.255.250", "255.255.255.255",
}

func TestDiscoveryRefusesAddressesThatNoNodeCanHave(t *testing.T) {
	for _, bad := range impossible {
		t.Run(bad, func(t *testing.T) {
			f := newFixture(t, named("POOL_A", "POOL_B"))
			f.resolver.simulated = false
			f.dns.Set(poolA, dnstest.Record{SRV: map[string]uint16{"n0.x": 9001, "n1.x": 9001, "n2.x": 9001}})
			f.dns.Set("n0.x", dnstest.Record{A: []string{"10.0.0.1"}})
			f.dns.Set("n1.x", dnstest.Record{A: []string{"10.0.0.2"}})
			f.dns.Set("n2.x", dnstest.Record{A: []string{"10.0.0.3"}})
			f.dns.Set(poolB, dnstest.Record{A: []string{"10.9.0.1"}})
			f.mustDiscover(t)
			f.dns.Set("n1.x", dnstest.Record{A: []string{bad}})
			f.dns.Set("n2.x", dnstest.Record{A: []string{bad, "10.0.0.4"}})
			for range 2 {
				groups := f.mustDiscover(t) // one record that makes no sense fails no refresh
				require.Equal(t, []string{"10.0.0.1:9001", "10.0.0.2:9001", "10.0.0.4:9001"}, addresses(groups["POOL_A"]),
					"a target without another address keeps its last one")
				require.Equal(t, []string{"10.9.0.1:9001"}, addresses(groups["POOL_B"]))
			}
			require.Equal(t, 1, f.warnings(), "%s", f.log)
			require.Contains(t, f.log.String(), "reason=dns_address")
			require.Contains(t, f.log.String(), "n1.x")
			require.Contains(t, f.log.String(), "DNS gives the address "+bad)
			require.Equal(t, "dns_address", f.memory.status()[0].Reason)
			f.dns.Set("n1.x", dnstest.Record{A: []string{"10.0.0.5"}})
			f.dns.Set("n2.x", dnstest.Record{A: []string{"10.0.0.4"}})
			groups := f.mustDiscover(t)
			require.Equal(t, []string{"10.0.0.1:9001", "10.0.0.4:9001", "10.0.0.5:9001"}, addresses(groups["POOL_A"]))
			require.Contains(t, f.log.String(), "Pool can be looked up again")
		})
	}
}

func TestDiscoveryKeepsAPoolOfWhichDNSGivesOnlyAddressesThatNoNodeCanHave(t *testing.T) {
	for _, bad := range impossible {
		f := newFixture(t, named("POOL_A"))
		f.resolver.simulated = false
		f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
		f.mustDiscover(t)
		f.dns.Set(poolA, dnstest.Record{A: []string{bad}})
		for range 2 {
			_, ok := f.discover()
			require.False(t, ok)
			require.Equal(t, []netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:9001")}, f.memory.status()[0].Nodes)
		}
		require.Equal(t, 1, f.warnings(), "%s", f.log)
		require.EqualValues(t, 2, f.reporter.failures["dns_address"])
		f.dns.Set(poolA, dnstest.Record{A: []string{bad, "10.0.0.2"}})
		require.Equal(t, []string{"10.0.0.2:9001"}, addresses(f.mustDiscover(t)["POOL_A"]))
	}
}

func TestOnlyASimulationHasNodesOnLoopback(t *testing.T) {
	for server, simulated := range map[string]bool{
		"": false, "10.0.0.2:53": false, "dns.example:53": false,
		"127.0.0.1:5353": true, "127.0.0.53:53": true, "[::1]:53": true, "localhost:53": true,
	} {
		resolver := newNodeResolver(server)
		for _, address := range []string{"127.0.0.1", "::1"} {
			err := resolver.checkAddress(netip.MustParseAddr(address))
			require.Equal(t, simulated, err == nil, "%s from %q", address, server)
		}
		for _, address := range []string{"::", "fe80::1", "ff02::1", "0.0.0.0"} {
			require.Error(t, resolver.checkAddress(netip.MustParseAddr(address)), address)
		}
		for _, address := range []string{"10.0.0.1", "100.64.0.1", "192.168.1.1", "240.0.0.1", "fd00::1", "2001:db8::1"} {
			require.NoError(t, resolver.checkAddress(netip.MustParseAddr(address)), address)
		}
	}
}

func TestAMappedAddressIsJudgedAsWhatItIs(t *testing.T) {
	nodes, refused := newNodeResolver("").usable("n.x", 9001, []netip.Addr{
		netip.MustParseAddr("::ffff:127.0.0.1"), netip.MustParseAddr("::ffff:10.0.0.1"),
	})
	require.Equal(t, []netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:9001")}, nodes)
	require.Len(t, refused, 1)
}

func TestDiscoveryTakesNoAnswerOverTCPThatIsCutOff(t *testing.T) {
	f := newFixture(t, named("POOL_A"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.mustDiscover(t)
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.2"}, CutOff: true})
	for range 2 {
		_, ok := f.discover()
		require.False(t, ok)
		require.Len(t, f.memory.status()[0].Nodes, 1, "known nodes stay")
	}
	require.Equal(t, map[string]int64{"dns_server": 2}, f.reporter.failures)
	require.Equal(t, 1, f.warnings(), "%s", f.log)
	require.Contains(t, f.log.String(), "cut off")
}
