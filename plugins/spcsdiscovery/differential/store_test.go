// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package differential

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/exp/api/remote"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/scrape"
	remotestore "github.com/prometheus/prometheus/storage/remote"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/storeexporter"
)

// storeDifferences are the bodies of which ours stores something else than a Prometheus that scrapes the node itself.
var storeDifferences = map[string]string{
	"an old time":                       "the time of the scrape counts; Prometheus leaves the sample out",
	"a time in seconds":                 "the same",
	"a time of zero":                    "the same",
	"OpenMetrics with a time":           "the same",
	"up of its own":                     "`up` is what the scrape found",
	"scrape_samples_scraped of its own": "the same",
	"negotiated names":                  "names are asked for with underscores",
	"old label names":                   "the shipped rules give labels their documented names",
	"both label names":                  "the same, and the documented name wins",
	"a label of 5 kB":                   "a limit: the node's scrape fails, with a log line",
	"two hundred and one labels":        "the same",
}

// interval is long enough for a loaded machine to answer a hundred nodes in.
const interval = time.Second

func openStore(t *testing.T) *tsdb.DB {
	t.Helper()
	options := tsdb.DefaultOptions()
	db, err := tsdb.Open(t.TempDir(), slog.New(slog.DiscardHandler), prometheus.NewRegistry(), options, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// scrapeDirectly lets Prometheus's own scrape manager write into a storage.
func scrapeDirectly(t *testing.T, nodes []node, db *tsdb.DB) (stop func()) {
	t.Helper()
	loaded, err := config.Load(fmt.Sprintf(`
global: {scrape_interval: %[1]s, scrape_timeout: %[1]s}
scrape_configs:
  - {job_name: spcs-nodes, fallback_scrape_protocol: PrometheusText0.0.4, extra_scrape_metrics: true}
`, interval), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	manager, err := scrape.NewManager(
		&scrape.Options{DiscoveryReloadOnStartup: true},
		nil,
		nil,
		nil,
		db,
		prometheus.NewRegistry(),
	)
	require.NoError(t, err)
	require.NoError(t, manager.ApplyConfig(loaded))
	sets := make(chan map[string][]*targetgroup.Group)
	done := make(chan struct{})
	go func() { defer close(done); _ = manager.Run(sets) }()
	group := &targetgroup.Group{Source: "nodes"}
	for _, n := range nodes {
		group.Targets = append(group.Targets, model.LabelSet{model.AddressLabel: model.LabelValue(n.address)})
	}
	sets <- map[string][]*targetgroup.Group{"spcs-nodes": {group}}
	return func() { manager.Stop(); <-done }
}

// writeHandler is Prometheus's own door for requests in front of a storage.
func writeHandler(db *tsdb.DB) http.Handler {
	return remotestore.NewWriteHandler(slog.New(slog.DiscardHandler), prometheus.NewRegistry(), db,
		remote.MessageTypes{remote.WriteV2MessageType}, false, false, false)
}

// watch calls see with the status and the words of each answer.
func watch(next http.Handler, see func(status int, text string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		see(answer.Code, answer.Body.String())
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// scrapeInto runs the receiver and the exporter.
func scrapeInto(t *testing.T, endpoint string, cfg component.Config) (stop func()) {
	t.Helper()
	ctx, host := context.Background(), componenttest.NewNopHost()
	exporters, receivers := storeexporter.NewFactory(), spcsdiscovery.NewFactory()
	exporterConfig := exporters.CreateDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(map[string]any{"endpoint": endpoint}).Unmarshal(exporterConfig))
	exporter, err := exporters.CreateLogs(ctx, exportertest.NewNopSettings(exporters.Type()), exporterConfig)
	require.NoError(t, err)
	require.NoError(t, exporter.Start(ctx, host))
	receiver, err := receivers.CreateLogs(ctx, receivertest.NewNopSettings(receivers.Type()), cfg, exporter)
	require.NoError(t, err)
	require.NoError(t, receiver.Start(ctx, host))
	return func() {
		require.NoError(t, receiver.Shutdown(ctx))
		require.NoError(t, exporter.Shutdown(ctx))
	}
}

// content returns, for each address, the series with their values in order, each value once in a row.
func content(t *testing.T, db *tsdb.DB) map[string]map[string]string {
	t.Helper()
	querier, err := db.Querier(math.MinInt64, math.MaxInt64)
	require.NoError(t, err)
	defer querier.Close()
	found := map[string]map[string]string{}
	all := querier.Select(
		context.Background(),
		true,
		nil,
		labels.MustNewMatcher(labels.MatchRegexp, model.MetricNameLabel, ".+"),
	)
	for all.Next() {
		var values []string
		samples := all.At().Iterator(nil)
		for samples.Next() == chunkenc.ValFloat {
			_, v := samples.At()
			text := fmt.Sprint(v)
			if value.IsStaleNaN(v) {
				text = "stale"
			}
			// A scrape that took too long on a loaded machine does not count.
			if len(values) > 0 && values[len(values)-1] == "stale" {
				values = values[:len(values)-1]
			}
			if len(values) == 0 || values[len(values)-1] != text {
				values = append(values, text)
			}
		}
		require.NoError(t, samples.Err())
		ls := all.At().Labels()
		name := ls.Get(model.MetricNameLabel)
		if name == "scrape_duration_seconds" || name == "scrape_timeout_seconds" || name == "scrape_sample_limit" ||
			name == "scrape_series_added" {
			values = []string{"some"}
		}
		address := ls.Get("instance")
		if found[address] == nil {
			found[address] = map[string]string{}
		}
		found[address][ls.String()] = strings.Join(values, " ")
	}
	require.NoError(t, all.Err())
	return found
}

func TestTheStoreHoldsWhatPrometheusWouldHaveScrapedItself(t *testing.T) {
	all := bodies()
	require.GreaterOrEqual(t, len(all), 100)
	nodes, dns, pools := startNodes(t, all)
	direct, ours := openStore(t), openStore(t)
	store := httptest.NewServer(writeHandler(ours))
	t.Cleanup(store.Close)
	stopDirect, stopOurs := scrapeDirectly(
		t,
		nodes,
		direct,
	), scrapeInto(
		t,
		store.URL,
		receiverConfig(t, dns.Addr, pools, interval),
	)
	waitForValue(t, "1", direct, ours)
	time.Sleep(2 * interval)
	nodes[0].second.Store(true)
	waitForValue(t, "1 2", direct, ours)
	time.Sleep(2 * interval)
	stopDirect()
	stopOurs()
	want, got := content(t, direct), content(t, ours)
	for _, n := range nodes {
		t.Run(n.name, func(t *testing.T) {
			if reason, listed := storeDifferences[n.name]; listed {
				require.NotEqual(
					t,
					want[n.address],
					got[n.address],
					"no difference: take it off the list (%s)",
					reason,
				)
				return
			}
			require.Equal(t, want[n.address], got[n.address])
		})
	}
	for name := range storeDifferences {
		require.True(
			t,
			slices.ContainsFunc(all, func(b body) bool { return b.name == name }),
			"no body is called %q",
			name,
		)
	}
}

// waitForValue returns when every store has the series of the first body with these values, and `up` of every node.
func waitForValue(t *testing.T, values string, stores ...*tsdb.DB) {
	t.Helper()
	for _, db := range stores {
		require.Eventually(t, func() bool {
			up, reached := 0, false
			for _, series := range content(t, db) {
				for name, text := range series {
					if strings.Contains(name, `__name__="up"`) {
						up++
					}
					reached = reached || strings.HasPrefix(name, `{__name__="g", instance`) && text == values
				}
			}
			return reached && up == len(bodies())
		}, 120*time.Second, 500*time.Millisecond)
	}
}

// count returns how many samples of this value a series of an address has.
func count(t *testing.T, db *tsdb.DB, name, address string, want float64) (count int) {
	t.Helper()
	querier, err := db.Querier(math.MinInt64, math.MaxInt64)
	require.NoError(t, err)
	defer querier.Close()
	all := querier.Select(context.Background(), true, nil,
		labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, name),
		labels.MustNewMatcher(labels.MatchEqual, "instance", address))
	for all.Next() {
		for samples := all.At().Iterator(nil); samples.Next() == chunkenc.ValFloat; {
			if _, v := samples.At(); v == want {
				count++
			}
		}
	}
	return count
}
