// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestScrapesReachThePipelineOfLogsAsRequests(t *testing.T) {
	f := startFleet(t, 3, nil)
	for _, host := range []string{"127.7.0.2", "127.7.0.3", "127.7.0.4"} {
		samples := f.store.Wait(f.series(t, "node_cpu_capacity", host), isValue(6))
		require.InDelta(t, time.Now().UnixMilli(), samples[0].Time, 20_000)
		f.store.Wait(f.series(t, "up", host), isValue(1))
		f.series(t, "scrape_sample_limit", host)
	}
	series := f.series(t, "node_cpu_capacity", "127.7.0.2")
	for _, label := range []string{`job="spcs-nodes"`, `snow_compute_pool_name="POOL_A"`} {
		require.Contains(t, series, label)
	}
	require.Equal(t, "gauge", string(f.store.Family("node_cpu_capacity").Type))
}

func TestOneScrapeServesBothKindsOfPipelines(t *testing.T) {
	f := newFleet(t)
	_, port, _ := strings.Cut(f.serve(t, "127.7.0.2:0"), ":")
	f.list([]string{"127.7.0.2"}, port)
	cfg, err := load(
		map[string]any{"compute_pools": []any{"POOL_A"}, "dns_server": f.dns.Addr, "scrape_interval": "1s"},
	)
	require.NoError(t, err)
	factory, set := NewFactory(), receivertest.NewNopSettings(componentType)
	next, err := consumer.NewLogs(f.take)
	require.NoError(t, err)
	sink := new(consumertest.MetricsSink)
	logs, err := factory.CreateLogs(context.Background(), set, cfg, next)
	require.NoError(t, err)
	metrics, err := factory.CreateMetrics(context.Background(), set, cfg, sink)
	require.NoError(t, err)
	require.Same(t, logs, metrics)
	for _, one := range []component.Component{logs, metrics} {
		require.NoError(t, one.Start(context.Background(), componenttest.NewNopHost()))
	}
	waitForMetric(t, sink, "node_cpu_capacity")
	series := f.series(t, "node_cpu_capacity", "127.7.0.2")
	for _, one := range []component.Component{logs, metrics} {
		require.NoError(t, one.Shutdown(context.Background()))
	}
	require.Len(t, f.store.Samples(series), int(f.scraped.Load()))
	after, err := factory.CreateLogs(context.Background(), set, cfg, next)
	require.NoError(t, err)
	require.NotSame(t, logs, after, "the next start has a receiver of its own")
	require.NoError(t, after.Shutdown(context.Background()))
}

func TestNoNodeChoosesItsTimeOrSpeaksForAnother(t *testing.T) {
	t.Parallel()
	f := startFleet(t, 3, nil)
	for name, text := range map[string]string{
		"a day old":     fmt.Sprintf("m 64 %d\n", time.Now().Add(-24*time.Hour).UnixMilli()),
		"to come":       fmt.Sprintf("m 64 %d\n", time.Now().Add(9*time.Minute).UnixMilli()),
		"in seconds":    fmt.Sprintf("m 64 %d\n", time.Now().Unix()),
		"zero":          "m 64 0\n",
		"other's name":  `m{instance="127.7.0.3:9001",job="other"} 64` + "\n",
		"a target_info": "target_info{service_name=\"x\",service_instance_id=\"127.7.0.3:9001\"} 1\nm 64\n",
		"a million":     "m 64\nn{l=\"" + strings.Repeat("x", 1_000_000) + "\"} 1\n",
	} {
		t.Run(name, func(t *testing.T) {
			f.set("127.7.0.2", body+text)
			before := len(f.store.Samples(f.series(t, "node_cpu_capacity", "127.7.0.3")))
			began := time.Now().UnixMilli()
			require.Eventually(t, func() bool {
				return len(f.store.Samples(f.series(t, "node_cpu_capacity", "127.7.0.3"))) > before+2
			}, 20*time.Second, 10*time.Millisecond, "another node loses samples")
			if name == "a million" {
				tooLong := func() []observer.LoggedEntry { return f.logs.FilterField(zap.String("reason", "label_too_long")).All() }
				require.Eventually(t, func() bool { return len(tooLong()) == 1 }, 20*time.Second, 10*time.Millisecond)
				require.Contains(t, tooLong()[0].ContextMap()["node"], "127.7.0.2")
				require.LessOrEqual(t, len(tooLong()[0].ContextMap()["err"].(string)), 303)
				return
			}
			require.Eventually(t, func() bool {
				for _, series := range f.store.Names(`{__name__="m"`) {
					samples := f.store.Samples(series)
					if last := samples[len(samples)-1]; last.Time >= began && last.Value == 64 {
						return true
					}
				}
				return false
			}, 20*time.Second, 10*time.Millisecond, "the node's own sample is stored at the time of the scrape")
		})
	}
	for _, series := range f.store.Names(`{__name__="m"`) {
		require.Contains(t, series, `instance="127.7.0.2:`)
		require.Contains(t, series, `job="spcs-nodes"`)
	}
	for _, series := range f.store.Names(`{__name__="up"`) {
		for _, sample := range f.store.Samples(series) {
			require.InDelta(t, time.Now().UnixMilli(), sample.Time, 120_000)
		}
	}
	require.Len(t, f.store.Names(`{__name__="up"`), 3)
}
