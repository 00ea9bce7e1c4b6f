// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"errors"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

func TestMemoryPlansFailedLookupsLast(t *testing.T) {
	m := newFixture(t).memory
	pools := []pool{{name: "POOL_A"}, {name: "POOL_B"}}
	first := func() string { return m.plan(pools)[0].pool.name }
	require.Equal(t, "POOL_A", first())
	refused := lookupResult{pool: pools[0], err: errors.New("refused"), failure: failure{reason: "dns_server"}}
	require.Nil(t, m.remember(refused))
	require.Equal(t, "POOL_B", first())
	require.NotNil(t, m.remember(lookupResult{pool: pools[0], nodes: []netip.AddrPort{{}}}))
	require.Equal(t, "POOL_A", first())
}

func TestMemoryLogsPoolsThatComeAfterTheFirstRefresh(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "SUSPENDED"))
	f.report()
	require.NotContains(t, f.log.String(), "Pool is new")
	f.account.set(http.StatusOK, row("POOL_A", "SUSPENDED"), row("POOL_B", "STARTING"))
	f.report()
	require.Contains(t, f.log.String(), `msg="Pool is new" compute_pool=POOL_B state=STARTING`)
}

func TestMemoryWarnsOnceOfUnknownPool(t *testing.T) {
	f := newFixture(t, named("POOL_A"))
	for range 3 {
		_, ok := f.discover()
		require.False(t, ok)
	}
	require.Equal(t, 1, f.warnings(), f.log)
	require.Contains(t, f.log.String(), "MONITOR")
	require.Contains(t, f.log.String(), "reason=dns_nxdomain")
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.mustDiscover(t)
	require.Contains(t, f.log.String(), "Pool can be looked up again")
}

func TestMemoryWarnsOnceOfSmallLetters(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("Pool_A", "ACTIVE"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.mustDiscover(t)
	require.NotEmpty(t, f.mustDiscover(t)["Pool_A"].Targets)
	require.Equal(t, 1, f.warnings(), f.log)
	require.Contains(t, f.log.String(), "small letters")
}

func TestMemoryAcceptsSmallLettersInConfiguration(t *testing.T) {
	f := newFixture(t, named("pool_a"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.mustDiscover(t)
	require.Empty(t, f.log.String())
}

func TestMemoryWarnsOfNameThatDNSRefuses(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("my pool", "ACTIVE"))
	groups, _ := f.discover()
	require.NotContains(t, groups, "my pool")
	require.Equal(t, 1, f.warnings())
	require.Contains(t, f.log.String(), "create the pool anew")
}
