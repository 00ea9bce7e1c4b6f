// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/scrape"
	"github.com/stretchr/testify/require"
)

func TestNoSampleOfATargetThatLeavesAndReturnsIsOlderThanTheOneBefore(t *testing.T) {
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "m 1\n")
	}))
	t.Cleanup(node.Close)
	store, batch := newStore(t)
	loaded, err := config.Load(`
global: {scrape_interval: 200ms, scrape_timeout: 200ms}
scrape_configs: [{job_name: nodes, fallback_scrape_protocol: PrometheusText0.0.4}]
`, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	options := &scrape.Options{
		PassMetadataInContext: true, DiscoveryReloadOnStartup: true,
		DiscoveryReloadInterval: model.Duration(20 * time.Millisecond),
	}
	all := NewAppendable(time.Minute, Takers{Batch: batch})
	manager, err := scrape.NewManager(options, nil, nil, nil, all, prometheus.NewRegistry())
	require.NoError(t, err)
	require.NoError(t, manager.ApplyConfig(loaded))
	sets, done := make(chan map[string][]*targetgroup.Group), make(chan struct{})
	go func() { defer close(done); _ = manager.Run(sets) }()
	address := model.LabelValue(strings.TrimPrefix(node.URL, "http://"))
	here := []*targetgroup.Group{{Targets: []model.LabelSet{{model.AddressLabel: address}}}}
	for range 12 {
		sets <- map[string][]*targetgroup.Group{"nodes": here}
		time.Sleep(450 * time.Millisecond)
		sets <- map[string][]*targetgroup.Group{"nodes": {}}
		time.Sleep(250 * time.Millisecond)
	}
	// Long enough for the last loop to end its series.
	time.Sleep(time.Second)
	manager.Stop()
	<-done
	batch.Flush()
	require.NotEmpty(t, store.Names(`{__name__="m"`))
	for _, name := range store.Names("") {
		samples := store.Samples(name)
		for i := 1; i < len(samples); i++ {
			require.Greater(t, samples[i].Time, samples[i-1].Time, "%s: %v", name, samples)
		}
		require.True(t, value.IsStaleNaN(samples[len(samples)-1].Value), "%s has not ended: %v", name, samples)
	}
	// Loops of targets that left earlier end on their own time.
	all.mu.Lock()
	defer all.mu.Unlock()
	require.Empty(t, all.nodes)
}
