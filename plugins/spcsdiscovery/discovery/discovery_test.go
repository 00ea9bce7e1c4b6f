// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

func TestDiscoveryMakesOneGroupPerPool(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"), row("POOL_B", "IDLE"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.2", "10.0.0.1"}})
	f.dns.Set(poolB, dnstest.Record{A: []string{"10.0.1.1"}})
	groups := f.mustDiscover(t)
	require.Len(t, groups, 2)
	require.Equal(t, []string{"10.0.0.1:9001", "10.0.0.2:9001"}, addresses(groups["POOL_A"]))
	require.Equal(t, model.LabelSet{
		"__meta_spcs_compute_pool_name":            "POOL_A",
		"__meta_spcs_compute_pool_state":           "ACTIVE",
		"__meta_spcs_compute_pool_instance_family": "CPU_X64_S",
		"__meta_spcs_compute_pool_owner":           "POOL_ADMIN",
		"__meta_spcs_dns_name":                     poolA,
	}, groups["POOL_A"].Labels)
	require.Equal(t, model.LabelValue("10.0.0.1"), groups["POOL_A"].Targets[0]["__meta_spcs_node_address"])
	require.Empty(t, f.log.String())
}

func TestDiscoveryReadsSRVRecords(t *testing.T) {
	for name, test := range map[string]struct {
		srv  map[string]uint16
		want []string
	}{
		"ports": {
			map[string]uint16{"n1.pool_a.internal": 9101, "n2.pool_a.internal": 9102},
			[]string{"10.0.0.1:9101", "10.0.0.1:9102"},
		},
		"targets without addresses": {map[string]uint16{"nowhere.internal": 9101}, []string{"10.9.9.9:9001"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, named("POOL_A"))
			f.dns.Set(poolA, dnstest.Record{SRV: test.srv, A: []string{"10.9.9.9"}})
			f.dns.Set("n1.pool_a.internal", dnstest.Record{A: []string{"10.0.0.1"}})
			f.dns.Set("n2.pool_a.internal", dnstest.Record{A: []string{"10.0.0.1"}})
			require.Equal(t, test.want, addresses(f.mustDiscover(t)["POOL_A"]))
		})
	}
}

func TestDiscoveryKeepsAccountOutOfNamedPools(t *testing.T) {
	f := newFixture(t, named("POOL_A"))
	f.account.set(http.StatusInternalServerError)
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	require.Equal(t, []string{"10.0.0.1:9001"}, addresses(f.mustDiscover(t)["POOL_A"]))
	require.Empty(t, f.account.statements)
}

func TestDiscoveryAsksRememberedNameFirst(t *testing.T) {
	f := newFixture(t, named("POOL_A"))
	old := "monitor.pool_a.snowflakecomputing.internal"
	f.dns.Set(old, dnstest.Record{A: []string{"10.0.0.1"}})
	groups := f.mustDiscover(t)
	require.Equal(t, []string{"10.0.0.1:9001"}, addresses(groups["POOL_A"]))
	require.Equal(t, model.LabelValue(old), groups["POOL_A"].Labels["__meta_spcs_dns_name"])
	f.dns.Reset()
	f.mustDiscover(t)
	require.Equal(t, []string{old}, f.dns.Asked())
}

func TestDiscovererErrors(t *testing.T) {
	registry := prometheus.NewRegistry()
	opts := promdiscovery.DiscovererOptions{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	c := &SDConfig{AccountConfig: AccountConfig{CAFile: "/none"}}
	_, err := c.NewDiscoverer(opts)
	require.ErrorContains(t, err, "invalid discovery metrics type")
	opts.Metrics = c.NewDiscovererMetrics(registry, promdiscovery.NewRefreshMetrics(registry))
	_, err = c.NewDiscoverer(opts)
	require.ErrorContains(t, err, "`ca_file`")
}

func TestDiscovererRunsUntilItsContextEnds(t *testing.T) {
	f := newFixture(t, named("POOL_A"), func(c *SDConfig) { c.RefreshInterval = model.Duration(20 * time.Millisecond) })
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	ctx, cancel := context.WithCancel(context.Background())
	up, ended := make(chan []*targetgroup.Group), make(chan struct{})
	go func() {
		defer close(ended)
		f.Run(ctx, up)
	}()
	for seen := 0; seen < 2; {
		if groups := <-up; len(groups) > 0 {
			require.Equal(t, []string{"10.0.0.1:9001"}, addresses(groups[0]))
			seen++
		}
	}
	cancel()
	select {
	case <-ended:
	case <-time.After(2 * time.Second):
		t.Fatal("Run did not end")
	}
}

func TestDiscovererClosesItsConnectionsWhenItEnds(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "SUSPENDED"))
	ctx, cancel := context.WithCancel(context.Background())
	up, ended := make(chan []*targetgroup.Group), make(chan struct{})
	go func() {
		defer close(ended)
		f.Run(ctx, up)
	}()
	<-up
	require.EqualValues(t, 1, f.account.open.Load())
	cancel()
	<-ended
	require.Eventually(t, func() bool { return f.account.open.Load() == 0 }, 5*time.Second, time.Millisecond)
}
