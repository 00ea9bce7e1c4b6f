// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

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

func TestDiscoveryResolvesManyNodesAtATimeOfItsOwn(t *testing.T) {
	for _, test := range []struct {
		nodes int
		bound time.Duration
	}{{150, time.Second}, {1000, 5 * time.Second}} {
		f := newFixture(t, named("POOL_A"))
		f.addNodes(poolA, test.nodes)
		f.dns.SetDelay(40 * time.Millisecond)
		started := time.Now()
		require.Len(t, addresses(f.mustDiscover(t)["POOL_A"]), test.nodes)
		require.Less(t, time.Since(started), test.bound)
	}
}

func TestDiscoveryKeepsTheAddressOfATargetThatFails(t *testing.T) {
	f := newFixture(t, named("POOL_A", "POOL_B"))
	f.addNodes(poolA, 3)
	f.dns.Set(poolB, dnstest.Record{A: []string{"10.9.0.1"}})
	f.mustDiscover(t)
	f.dns.Set("n1."+poolA, servfail)
	for range 3 {
		groups, ok := f.discover()
		require.False(t, ok)
		require.Equal(t, []string{"10.1.0.0:9001", "10.1.0.1:9001", "10.1.0.2:9001"}, addresses(groups["POOL_A"]))
		require.Equal(t, []string{"10.9.0.1:9001"}, addresses(groups["POOL_B"]))
	}
	require.Equal(t, 1, f.warnings(), "%s", f.log)
	require.Contains(t, f.log.String(), "n1."+poolA)
	status := f.report()
	require.Equal(t, "dns_server", status.Pools[0].Reason)
	require.EqualValues(t, 4, status.Failures["dns_server"])
	require.Empty(t, status.Pools[1].Reason)
	f.dns.Set("n1."+poolA, dnstest.Record{A: []string{"10.1.0.9"}})
	groups := f.mustDiscover(t)
	require.Equal(t, []string{"10.1.0.0:9001", "10.1.0.2:9001", "10.1.0.9:9001"}, addresses(groups["POOL_A"]))
	require.Contains(t, f.log.String(), "Pool can be looked up again")
}

func TestDiscoveryGoesOnWithTheTargetsThatResolve(t *testing.T) {
	for name, record := range map[string]dnstest.Record{
		"SERVFAIL":            {SRV: map[string]uint16{"n0.x": 9001, "n1.x": 9001, "bad.x": 9001}},
		"a name that is none": {SRV: map[string]uint16{"n0.x": 9001, "n1.x": 9001, "*.bad.x": 9001}},
		"an address as name":  {SRV: map[string]uint16{"n0.x": 9001, "n1.x": 9001, "10.0.0.7": 9001}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, named("POOL_A"))
			f.dns.Set(poolA, record)
			f.dns.Set("n0.x", dnstest.Record{A: []string{"10.0.0.1"}})
			f.dns.Set("n1.x", dnstest.Record{A: []string{"10.0.0.2"}})
			f.dns.Set("bad.x", servfail)
			for range 2 {
				groups, ok := f.discover()
				require.False(t, ok)
				require.Equal(t, []string{"10.0.0.1:9001", "10.0.0.2:9001"}, addresses(groups["POOL_A"]))
			}
			require.Equal(t, 1, f.warnings(), "%s", f.log)
		})
	}
}

func TestDiscoveryKeepsAFailedTargetForStaleAfterOnly(t *testing.T) {
	f := newFixture(t, named("POOL_A"))
	f.addNodes(poolA, 2)
	f.mustDiscover(t)
	f.dns.Set("n1."+poolA, servfail)
	f.memory.pools["POOL_A"].targets["n1."+poolA+".:9001"] = keptTarget{
		nodes: f.memory.pools["POOL_A"].targets["n1."+poolA+".:9001"].nodes, seenAt: time.Now().Add(-time.Hour),
	}
	groups, _ := f.discover()
	require.Equal(t, []string{"10.1.0.0:9001"}, addresses(groups["POOL_A"]))
}

func TestDiscoveryReadsAPortThatMakesNoSense(t *testing.T) {
	f := newFixture(t, named("POOL_A"))
	f.dns.Set(poolA, dnstest.Record{SRV: map[string]uint16{"n0.x": 0}})
	f.dns.Set("n0.x", dnstest.Record{A: []string{"10.0.0.1"}})
	require.Equal(t, []string{"10.0.0.1:9001"}, addresses(f.mustDiscover(t)["POOL_A"]))
}

func TestDiscoveryTakesNoRefusalForAnEmptyAccount(t *testing.T) {
	const columns = `"resultSetMetaData":{"numRows":1,"rowType":[{"name":"name"}]}`
	for name, raw := range map[string]string{
		"an empty object": `{}`, "a session that ended": `{"code":"391918","message":"Session no longer exists"}`,
		"no data": `{"code":"090001",` + columns + `}`, "lost rows": `{"code":"090001",` + columns + `,"data":[]}`,
		"no such column": `{"code":"090001","resultSetMetaData":{"numRows":0,"rowType":[{"name":"x"}]},"data":[]}`,
		"NULL as name":   `{"code":"090001",` + columns + `,"data":[[null]]}`,
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.account.set(200, row("POOL_A", "ACTIVE"))
			f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
			f.mustDiscover(t)
			f.account.raw = raw
			for range 2 {
				groups, ok := f.discover()
				require.False(t, ok)
				require.Equal(t, []string{"10.0.0.1:9001"}, addresses(groups["POOL_A"]))
			}
			require.Equal(t, 1, f.warnings(), "%s", f.log)
			require.EqualValues(t, 2, f.reporter.failures["sql_invalid"])
			f.account.raw = ""
			f.mustDiscover(t)
		})
	}
}

func TestDiscoveryRefusesATokenThatNoHeaderHolds(t *testing.T) {
	for name, token := range map[string]string{
		"NUL": "secret\x00token", "a second line": "secret\ntoken", "a byte order mark": "\ufeffsecret",
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.account.set(200, row("POOL_A", "ACTIVE"))
			f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
			f.mustDiscover(t)
			require.NoError(t, os.WriteFile(f.config.TokenFile, []byte(token), 0o600))
			groups, ok := f.discover()
			require.False(t, ok)
			require.Len(t, groups, 1)
			require.EqualValues(t, 1, f.reporter.failures["sql_token"])
			require.NotContains(t, f.log.String(), "secret")
			require.Equal(t, 1, strings.Count(f.log.String(), "\n"))
		})
	}
}

func TestDiscoveryGoesOnWithTheEndpointsThatItCanRead(t *testing.T) {
	f := newFixture(t, func(c *SDConfig) { c.PoolSource = SourceFunction })
	f.account.set(200, []string{`["` + poolA + `", "other.form.example"]`})
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	groups, ok := f.discover()
	require.False(t, ok)
	require.Equal(t, []string{"10.0.0.1:9001"}, addresses(groups["POOL_A"]))
	require.EqualValues(t, 1, f.reporter.failures["pool_name"])
	require.Contains(t, f.log.String(), "other.form.example")
}
