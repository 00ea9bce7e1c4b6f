// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"net/http"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

// observe makes one refresh and returns the status that it reported.
func (f *fixture) observe(t *testing.T) Status {
	t.Helper()
	var status Status
	f.setName = t.Name()
	stop := Observe(t.Name(), func(s Status) { status = s })
	defer stop()
	f.measureRefresh(context.Background(), func([]*targetgroup.Group) {})
	return status
}

func TestEveryRefreshIsReported(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1", "10.0.0.2"}})
	status := f.observe(t)
	require.Len(t, status.Pools, 1)
	pool := status.Pools[0]
	require.WithinDuration(t, time.Now(), pool.LastSuccess, 5*time.Second)
	pool.LastSuccess = time.Time{}
	require.Equal(t, PoolStatus{Name: "POOL_A", State: "ACTIVE", InstanceFamily: "CPU_X64_S", DNSName: poolA, Nodes: []netip.AddrPort{
		netip.MustParseAddrPort("10.0.0.1:9001"), netip.MustParseAddrPort("10.0.0.2:9001"),
	}}, pool)
	require.Empty(t, status.Failures)
	require.False(t, status.LastSuccess.IsZero())
	require.Positive(t, status.RefreshDuration)
}

func TestFailuresAreCountedByReasonAndNodesKept(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"), row("my pool", "ACTIVE"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	require.Equal(t, map[string]int64{"pool_name": 1}, f.observe(t).Failures)
	f.account.set(http.StatusUnauthorized)
	f.dns.Set(poolA, dnstest.Record{RCode: dnsmessage.RCodeServerFailure})
	f.observe(t)
	f.dns.Set(poolA, dnstest.Record{RCode: dnsmessage.RCodeNameError})
	require.NoError(t, os.Remove(f.config.TokenFile))
	status := f.observe(t)
	require.Equal(t, map[string]int64{
		"pool_name": 3, "sql_auth": 1, "sql_token": 1, "dns_server": 1, "dns_nxdomain": 1,
	}, status.Failures)
	require.True(t, status.LastSuccess.IsZero())
	require.Equal(t, 3, status.FailedInARow)
	require.Equal(t, "POOL_A", status.Pools[0].Name)
	require.Len(t, status.Pools[0].Nodes, 1)
	require.Equal(t, "dns_nxdomain", status.Pools[0].Reason)
	require.Contains(t, status.Pools[0].Error, "MONITOR")
	require.Contains(t, status.AccountError, "`token_file`")
}

func TestASuspendedPoolIsKnownByItsStateAndIsNoFailure(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "SUSPENDED"))
	status := f.observe(t)
	require.Equal(t, []PoolStatus{{Name: "POOL_A", State: "SUSPENDED", InstanceFamily: "CPU_X64_S"}}, status.Pools)
	require.Empty(t, status.Failures)
	require.False(t, status.LastSuccess.IsZero())
}
