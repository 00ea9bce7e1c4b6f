// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.uber.org/zap"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
)

func TestPoolsOfOtherShardsAreCountedAndShown(t *testing.T) {
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tel.Shutdown(context.Background())) })
	shown, err := newTelemetry(tel.NewTelemetrySettings().MeterProvider, newScrapes(zap.NewNop(), time.Second))
	require.NoError(t, err)
	status := discovery.Status{Pools: []discovery.PoolStatus{{Name: "A", State: "ACTIVE"}}}
	shown.status.Store(&status)
	_, err = tel.GetMetric("spcs_discovery_sharded_pools")
	require.Error(t, err, "one collector for all pools has the metrics that it always had")

	status.Shards, status.OtherShards = 2, []string{"B", "C"}
	require.Equal(t, map[string]float64{"owner=kept": 1, "owner=other_shard": 2},
		read(t, tel, "spcs_discovery_sharded_pools"))
	require.InDelta(t, 2, read(t, tel, "spcs_discovery_shards")[""], 0)
	require.Len(t, read(t, tel, "spcs_discovery_nodes"), 1)
	require.Equal(t, map[string]float64{"state=ACTIVE": 1}, read(t, tel, "spcs_discovery_pools"))

	page := &debugPage{scrapes: newScrapes(zap.NewNop(), time.Second)}
	page.status.Store(&status)
	answer := httptest.NewRecorder()
	page.writeHTML(answer, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Contains(t, answer.Body.String(), "<h2>Pools of other shards</h2>\n<ul><li>B<li>C</ul>")
	answer = httptest.NewRecorder()
	page.writeJSON(answer, httptest.NewRequest(http.MethodGet, "/status.json", nil))
	require.Contains(t, answer.Body.String(), `"pools_of_other_shards":["B","C"]`)
}

func TestAShardIsReadFromTheConfigurationAndEmptyVariablesStandForNone(t *testing.T) {
	t.Setenv("SNOWFLAKE_HOST", "snowflake.internal")
	cfg, err := load(map[string]any{"shard": map[string]any{"index": 1, "count": 2}})
	require.NoError(t, err)
	require.Equal(t, 1, *cfg.Shard.Index)
	for _, empty := range []any{nil, ""} {
		cfg, err = load(map[string]any{"shard": map[string]any{"index": empty, "count": empty}})
		require.NoError(t, err)
		require.Equal(t, discovery.ShardConfig{}, cfg.Shard)
		_, err = load(map[string]any{"shard": map[string]any{"index": empty, "count": 2}})
		require.ErrorContains(t, err, "`shard::index` is not set")
	}
}

func TestTheCollectorsOwnMetricsHaveTheServiceAsInstance(t *testing.T) {
	t.Setenv("SNOWFLAKE_SERVICE_NAME", "SPCS_METRICS_1")
	self := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(self.Close)
	endpoint := strings.TrimPrefix(self.URL, "http://")
	f := startFleet(t, 1, map[string]any{"self_endpoint": endpoint})
	f.store.Wait(fmt.Sprintf(`{__name__="up", instance=%q, job="otelcol"}`, "SPCS_METRICS_1"), isValue(1))
}
