// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/value"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/storetest"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/storeexporter"
)

// fleet is a pool of publishers whose bodies a test sets, and a receiver whose requests go to a store.
type fleet struct {
	dns       *dnstest.Server
	bodies    map[string]*atomic.Value
	scraped   atomic.Int64
	store     *storetest.Store
	logs      *observer.ObservedLogs
	telemetry *componenttest.Telemetry
	component component.Component
	// refuse makes the pipeline refuse what it gets.
	refuse atomic.Bool
}

const fleetPool = "discover.monitor.pool_a.cp.spcs.internal"

// startFleet runs as many nodes on addresses of their own, 127.7.0.2 and so on, all at one port.
func startFleet(t *testing.T, count int, settings map[string]any) *fleet {
	t.Helper()
	f := &fleet{dns: dnstest.Start(t), bodies: map[string]*atomic.Value{}, store: storetest.New(t), telemetry: componenttest.NewTelemetry()}
	var addresses []string
	first := f.serve(t, "127.7.0.2:0")
	_, port, _ := strings.Cut(first, ":")
	addresses = append(addresses, "127.7.0.2")
	for i := 1; i < count; i++ {
		address := fmt.Sprintf("127.7.0.%d", i+2)
		f.serve(t, address+":"+port)
		addresses = append(addresses, address)
	}
	f.list(addresses, port)
	all := map[string]any{"compute_pools": []any{"POOL_A"}, "dns_server": f.dns.Addr, "scrape_interval": "200ms", "refresh_interval": "1s"}
	maps.Copy(all, settings)
	cfg, err := load(all)
	require.NoError(t, err)
	core, logs := observer.New(zap.InfoLevel)
	set := receivertest.NewNopSettings(componentType)
	set.TelemetrySettings = f.telemetry.NewTelemetrySettings()
	set.Logger, f.logs = zap.New(core), logs
	next, err := consumer.NewLogs(f.take)
	require.NoError(t, err)
	f.component, err = NewFactory().CreateLogs(context.Background(), set, cfg, next)
	require.NoError(t, err)
	require.NoError(t, f.component.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() {
		require.NoError(t, f.component.Shutdown(context.Background()))
		require.NoError(t, f.telemetry.Shutdown(context.Background()))
	})
	return f
}

func (f *fleet) take(_ context.Context, logs plog.Logs) error {
	if f.refuse.Load() {
		return errors.New("sending queue is full")
	}
	record := logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	samples, _ := record.Attributes().Get(storeexporter.SamplesAttribute)
	f.store.Write(record.Body().Bytes().AsRaw(), int(samples.Int()))
	return nil
}

func (f *fleet) serve(t *testing.T, address string) string {
	t.Helper()
	node := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.scraped.Add(1)
		host, _, _ := strings.Cut(r.Host, ":")
		text := f.bodies[host].Load().(string)
		if kind, rest, found := strings.Cut(text, "\x00"); found {
			w.Header().Set("Content-Type", kind)
			text = rest
		}
		_, _ = io.WriteString(w, text)
	}))
	require.NoError(t, node.Listener.Close())
	listener, err := net.Listen("tcp", address)
	require.NoError(t, err)
	node.Listener = listener
	host, _, _ := strings.Cut(listener.Addr().String(), ":")
	f.bodies[host] = new(atomic.Value)
	f.set(host, body)
	node.Start()
	t.Cleanup(node.Close)
	return listener.Addr().String()
}

func (f *fleet) list(addresses []string, port string) {
	srv := map[string]uint16{}
	for i, address := range addresses {
		name := fmt.Sprintf("n%d.internal", i)
		var number uint16
		_, _ = fmt.Sscan(port, &number)
		srv[name] = number
		f.dns.Set(name, dnstest.Record{A: []string{address}})
	}
	f.dns.Set(fleetPool, dnstest.Record{SRV: srv})
}

func (f *fleet) set(host, text string) { f.bodies[host].Store(text) }

// series returns the one series of a name and an address.
func (f *fleet) series(t *testing.T, name, host string) string {
	t.Helper()
	var found []string
	require.Eventually(t, func() bool {
		found = found[:0]
		for _, series := range f.store.Names(`{__name__="` + name + `"`) {
			if strings.Contains(series, `instance="`+host+`:`) {
				found = append(found, series)
			}
		}
		return len(found) > 0
	}, 20*time.Second, 10*time.Millisecond, "no %s of %s among %s", name, host, f.store.Names(""))
	require.Len(t, found, 1)
	return found[0]
}

func isValue(v float64) func(storetest.Sample) bool {
	return func(s storetest.Sample) bool { return s.Value == v }
}

func isStale(s storetest.Sample) bool { return value.IsStaleNaN(s.Value) }

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
	f := &fleet{dns: dnstest.Start(t), bodies: map[string]*atomic.Value{}, store: storetest.New(t)}
	_, port, _ := strings.Cut(f.serve(t, "127.7.0.2:0"), ":")
	f.list([]string{"127.7.0.2"}, port)
	cfg, err := load(map[string]any{"compute_pools": []any{"POOL_A"}, "dns_server": f.dns.Addr, "scrape_interval": "1s"})
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
	f := startFleet(t, 3, nil)
	for name, text := range map[string]string{
		"a day old":     fmt.Sprintf("m 64 %d\n", time.Now().Add(-24*time.Hour).UnixMilli()),
		"of tomorrow":   fmt.Sprintf("m 64 %d\n", time.Now().Add(24*time.Hour).UnixMilli()),
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

func TestSeriesEndWithTheNextScrapeAlsoThoseWithTimestamps(t *testing.T) {
	f := startFleet(t, 1, nil)
	f.set("127.7.0.2", fmt.Sprintf("%sg{c=\"dead\"} 1 %d\n", body, time.Now().UnixMilli()))
	series := f.series(t, "g", "127.7.0.2")
	f.set("127.7.0.2", body)
	f.store.Wait(series, isStale)
	f.set("127.7.0.2", "{{{\n")
	f.store.Wait(f.series(t, "node_cpu_capacity", "127.7.0.2"), isStale)
	f.store.Wait(f.series(t, "up", "127.7.0.2"), isValue(0))
}

func TestSeriesOfANodeThatLeftEndAndThoseOfOneThatReturnsGoOn(t *testing.T) {
	f := startFleet(t, 2, nil)
	series := f.series(t, "node_cpu_capacity", "127.7.0.3")
	_, port, _ := strings.Cut(strings.Split(series, `instance="127.7.0.3`)[1], ":")
	port, _, _ = strings.Cut(port, `"`)
	f.list([]string{"127.7.0.2"}, port)
	f.store.Wait(series, isStale)
	f.store.Wait(f.series(t, "up", "127.7.0.3"), isStale)
	f.list([]string{"127.7.0.2", "127.7.0.3"}, port)
	f.store.Wait(series, isValue(6))
	samples := f.store.Samples(series)
	for i := 1; i < len(samples); i++ {
		require.Greater(t, samples[i].Time, samples[i-1].Time)
	}
}

func TestADuplicateIsCountedAndToldAlsoWhenOnlyRelabellingMakesIt(t *testing.T) {
	f := startFleet(t, 1, nil)
	f.set("127.7.0.2", body+`m{gpu="0"} 1`+"\n"+`m{gpu="0",host=""} 2`+"\n")
	f.store.Wait(f.series(t, "m", "127.7.0.2"), isValue(1))
	require.Eventually(t, func() bool { return f.logs.FilterField(zap.String("reason", "duplicate_series")).Len() == 1 }, 10*time.Second, 10*time.Millisecond)
	require.Equal(t, f.component.(*spcsReceiver).scrapes.snapshot()[f.address(t)].Counts.LeftOut, 1)
	require.NotZero(t, read(t, f.telemetry, "spcs_scrape_failures_total")["reason=duplicate_series"])
}

func (f *fleet) address(t *testing.T) string {
	t.Helper()
	for address := range f.component.(*spcsReceiver).scrapes.snapshot() {
		return address
	}
	t.Fatal("no node was scraped")
	return ""
}

func TestTheCollectorsOwnMetricsGoTheSameWay(t *testing.T) {
	self := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `otelcol_process_uptime{service_name="spcs-otelcol",service_instance_id="1",otel_scope_name="x",exporter="spcs_store"} 5`+"\n")
	}))
	t.Cleanup(self.Close)
	endpoint := strings.TrimPrefix(self.URL, "http://")
	f := startFleet(t, 1, map[string]any{"self_endpoint": endpoint})
	f.store.Wait(fmt.Sprintf(`{__name__="otelcol_process_uptime", exporter="spcs_store", instance=%q, job="otelcol"}`, endpoint), isValue(5))
	f.store.Wait(fmt.Sprintf(`{__name__="up", instance=%q, job="otelcol"}`, endpoint), isValue(1))
	self.Close()
	require.Eventually(t, func() bool { return f.logs.FilterField(zap.String("node", "this collector")).Len() == 1 }, 10*time.Second, 10*time.Millisecond)
}

func TestAPipelineThatRefusesIsCountedInSamplesAndToldOnce(t *testing.T) {
	f := startFleet(t, 1, nil)
	f.series(t, "up", "127.7.0.2")
	f.refuse.Store(true)
	lost := func() int64 {
		found, err := f.telemetry.GetMetric("spcs_lost_samples_total")
		require.NoError(t, err)
		return found.Data.(metricdata.Sum[int64]).DataPoints[0].Value
	}
	require.Eventually(t, func() bool { return lost() > 20 }, 20*time.Second, 10*time.Millisecond)
	lines := f.logs.FilterMessageSnippet("Samples are lost").All()
	require.Len(t, lines, 1)
	require.Equal(t, "sending queue is full", lines[0].ContextMap()["error"])
}
