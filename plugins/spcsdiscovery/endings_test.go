// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
)

func TestSeriesEndWithTheNextScrapeAlsoThoseWithTimestamps(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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

func TestAConnectionToANodeThatLeftIsClosedAndThatToOneThatStaysIsKept(t *testing.T) {
	t.Parallel()
	f := startFleet(t, 2, map[string]any{"scrape_interval": "1s"})
	series := f.series(t, "up", "127.7.0.3")
	require.EqualValues(t, 1, f.connections["127.7.0.3"].Load())
	_, port, _ := strings.Cut(strings.Split(series, `instance="127.7.0.3`)[1], ":")
	port, _, _ = strings.Cut(port, `"`)
	f.list([]string{"127.7.0.2"}, port)
	require.Eventually(t, func() bool { return f.connections["127.7.0.3"].Load() == 0 },
		20*time.Second, 10*time.Millisecond)
	require.EqualValues(t, 1, f.connections["127.7.0.2"].Load())
	require.EqualValues(t, 1, f.dialled["127.7.0.2"].Load(), "each scrape has the same connection")
}

func TestAConnectionWaitsForTheNextScrapeAndNotLonger(t *testing.T) {
	for interval, want := range map[time.Duration]time.Duration{
		time.Second: 2 * time.Second, 30 * time.Second: time.Minute, time.Hour: 5 * time.Minute,
	} {
		require.Equal(t, want, (&spcsReceiver{config: &Config{ScrapeInterval: interval}}).idleTimeout())
	}
}

func TestADuplicateIsCountedAndLoggedAlsoWhenOnlyRelabellingMakesIt(t *testing.T) {
	f := startFleet(t, 1, nil)
	f.set("127.7.0.2", body+`m{gpu="0"} 1`+"\n"+`m{gpu="0",host=""} 2`+"\n")
	f.store.Wait(f.series(t, "m", "127.7.0.2"), isValue(1))
	require.Eventually(
		t,
		func() bool { return f.logs.FilterField(zap.String("reason", "duplicate_series")).Len() == 1 },
		10*time.Second,
		10*time.Millisecond,
	)
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
		_, _ = io.WriteString(
			w,
			`otelcol_process_uptime{service_name="spcs-otelcol",service_instance_id="1",`+
				`otel_scope_name="x",exporter="spcs_store"} 5`+"\n"+`target_info{service_version="1"} 1`+"\n",
		)
	}))
	t.Cleanup(self.Close)
	endpoint := strings.TrimPrefix(self.URL, "http://")
	f := startFleet(t, 1, map[string]any{"self_endpoint": endpoint})
	f.store.Wait(
		fmt.Sprintf(
			`{__name__="otelcol_process_uptime", exporter="spcs_store", instance=%q, job="otelcol"}`,
			endpoint,
		),
		isValue(5),
	)
	f.store.Wait(fmt.Sprintf(`{__name__="up", instance=%q, job="otelcol"}`, endpoint), isValue(1))
	self.Close()
	require.Eventually(
		t,
		func() bool { return f.logs.FilterField(zap.String("node", "this collector")).Len() == 1 },
		10*time.Second,
		10*time.Millisecond,
	)
}

func TestAPipelineThatRefusesIsCountedInSamplesAndLoggedOnce(t *testing.T) {
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
