// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"net/http"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

func TestStatusOfRefresh(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1", "10.0.0.2"}})
	status := f.report()
	require.Len(t, status.Pools, 1)
	pool := status.Pools[0]
	require.WithinDuration(t, time.Now(), pool.LastSuccess, 5*time.Second)
	pool.LastSuccess = time.Time{}
	require.Equal(t, PoolStatus{
		Name: "POOL_A", State: "ACTIVE", InstanceFamily: "CPU_X64_S", DNSName: poolA,
		Nodes: []netip.AddrPort{netip.MustParseAddrPort("10.0.0.1:9001"), netip.MustParseAddrPort("10.0.0.2:9001")},
	}, pool)
	require.Empty(t, status.Failures)
	require.False(t, status.LastSuccess.IsZero())
	require.Positive(t, status.RefreshDuration)
}

func TestStatusCountsFailuresAndKeepsNodes(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"), row("my pool", "ACTIVE"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	require.Equal(t, map[string]int64{"pool_name": 1}, f.report().Failures)
	f.account.set(http.StatusUnauthorized)
	f.dns.Set(poolA, dnstest.Record{RCode: dnsmessage.RCodeServerFailure})
	f.report()
	require.Contains(t, f.log.String(), f.dns.Addr, "the error names the server that was asked")
	f.dns.Set(poolA, dnstest.Record{RCode: dnsmessage.RCodeNameError})
	require.NoError(t, os.Remove(f.config.TokenFile))
	status := f.report()
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

func TestStatusOfSuspendedPool(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "SUSPENDED"))
	status := f.report()
	require.Equal(t, []PoolStatus{{Name: "POOL_A", State: "SUSPENDED", InstanceFamily: "CPU_X64_S"}}, status.Pools)
	require.Empty(t, status.Failures)
	require.False(t, status.LastSuccess.IsZero())
}

func TestStatusEndsARowOfFailures(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusForbidden)
	f.report()
	require.Equal(t, 2, f.report().FailedInARow)
	f.account.set(http.StatusOK)
	require.Zero(t, f.report().FailedInARow)
}

// managed starts Prometheus's manager of discoveries with the configuration, and returns the first status.
func managed(t *testing.T, c *SDConfig, statuses <-chan Status) Status {
	t.Helper()
	registry := prometheus.NewRegistry()
	metrics, err := promdiscovery.CreateAndRegisterSDMetrics(registry)
	require.NoError(t, err)
	manager := promdiscovery.NewManager(t.Context(), nil, registry, metrics)
	require.NotNil(t, manager)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = manager.Run()
	}()
	t.Cleanup(func() { <-ended })
	require.NoError(t, manager.ApplyConfig(map[string]promdiscovery.Configs{"a job": {c}}))
	select {
	case status := <-statuses:
		return status
	case <-time.After(10 * time.Second):
		require.Fail(t, "no status was observed")
		return Status{}
	}
}

func TestStatusReachesObserverThroughPrometheus(t *testing.T) {
	statuses := make(chan Status, 1)
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "SUSPENDED"))
	status := managed(t, f.config.WithObserver(func(status Status) { statuses <- status }), statuses)
	require.Len(t, status.Pools, 1)
	require.Equal(t, "POOL_A", status.Pools[0].Name)
}
