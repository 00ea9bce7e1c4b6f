// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
)

// read returns the values of a metric by their attributes.
func read(t *testing.T, tel *componenttest.Telemetry, name string) map[string]float64 {
	t.Helper()
	found, err := tel.GetMetric(name)
	require.NoError(t, err)
	values := map[string]float64{}
	encode := func(set attribute.Set) string { return set.Encoded(attribute.DefaultEncoder()) }
	switch data := found.Data.(type) {
	case metricdata.Gauge[int64]:
		for _, point := range data.DataPoints {
			values[encode(point.Attributes)] = float64(point.Value)
		}
	case metricdata.Sum[int64]:
		for _, point := range data.DataPoints {
			values[encode(point.Attributes)] = float64(point.Value)
		}
	case metricdata.Gauge[float64]:
		for _, point := range data.DataPoints {
			values[encode(point.Attributes)] = point.Value
		}
	}
	return values
}

func TestTheStatusOfTheDiscoveryBecomesMetrics(t *testing.T) {
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tel.Shutdown(context.Background())) })
	shown, err := newTelemetry(tel.NewTelemetrySettings().MeterProvider, newScrapes(zap.NewNop(), time.Second))
	require.NoError(t, err)
	_, err = tel.GetMetric("spcs_compute_pool_info")
	require.Error(t, err, "nothing is known before the first refresh")

	shown.status.Store(&discovery.Status{
		Pools: []discovery.PoolStatus{
			{Name: "A", State: "ACTIVE", InstanceFamily: "CPU_X64_S", Nodes: make([]netip.AddrPort, 3)},
			{Name: "B", State: "ACTIVE", InstanceFamily: "CPU_X64_S", Nodes: make([]netip.AddrPort, 1)},
			{Name: "C", State: "SUSPENDED", InstanceFamily: "GPU_NV_S"},
		},
		Failures:        map[string]int64{"dns_server": 2},
		RefreshDuration: 1500 * time.Millisecond,
		LastSuccess:     time.Now().Add(-time.Minute),
	})
	require.Equal(t, map[string]float64{
		"instance_family=CPU_X64_S,snow_compute_pool_name=A,state=ACTIVE":   1,
		"instance_family=CPU_X64_S,snow_compute_pool_name=B,state=ACTIVE":   1,
		"instance_family=GPU_NV_S,snow_compute_pool_name=C,state=SUSPENDED": 1,
	}, read(t, tel, "spcs_compute_pool_info"))
	require.Equal(t, map[string]float64{"state=ACTIVE": 2, "state=SUSPENDED": 1}, read(t, tel, "spcs_discovery_pools"))
	require.InDelta(t, 3, read(t, tel, "spcs_discovery_nodes")["snow_compute_pool_name=A"], 0)
	require.Equal(t, map[string]float64{"reason=dns_server": 2}, read(t, tel, "spcs_discovery_failures_total"))
	require.InDelta(t, 1.5, read(t, tel, "spcs_discovery_refresh_duration_seconds")[""], 0)
	require.InDelta(t, 60, read(t, tel, "spcs_discovery_last_success_age_seconds")[""], 5)
}
