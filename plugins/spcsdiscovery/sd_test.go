// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	promconfig "github.com/prometheus/prometheus/config"
	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"github.com/stretchr/testify/require"
)

// The standard Prometheus receiver loads and discovers exactly so.
func TestPrometheusItselfLoadsAndRunsTheServiceDiscovery(t *testing.T) {
	dns, address := startNode(t)
	logger := slog.New(slog.DiscardHandler)
	loaded, err := promconfig.Load(fmt.Sprintf(`
scrape_configs:
  - job_name: pools
    spcs_sd_configs:
      - {compute_pools: [POOL_A], dns_server: %q}
    relabel_configs:
      - {source_labels: [__meta_spcs_compute_pool_name], target_label: pool}
`, dns.Addr), logger)
	require.NoError(t, err)
	jobs, err := loaded.GetScrapeConfigs()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	registry := prometheus.NewRegistry()
	metrics, err := promdiscovery.CreateAndRegisterSDMetrics(registry)
	require.NoError(t, err)
	manager := promdiscovery.NewManager(ctx, logger, registry, metrics)
	require.NoError(
		t,
		manager.ApplyConfig(map[string]promdiscovery.Configs{"pools": jobs[0].ServiceDiscoveryConfigs}),
	)
	done := make(chan struct{})
	go func() { defer close(done); _ = manager.Run() }()
	t.Cleanup(func() { cancel(); <-done })
	target := waitForTarget(t, manager.SyncCh(), jobs[0])
	require.Equal(t, labels.FromStrings("instance", address.String(), "job", "pools", "pool", "POOL_A"),
		target.Labels(labels.NewBuilder(labels.EmptyLabels())))
}

func waitForTarget(
	t *testing.T,
	found <-chan map[string][]*targetgroup.Group,
	job *promconfig.ScrapeConfig,
) *scrape.Target {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case sets := <-found:
			for _, group := range sets[job.JobName] {
				require.Equal(t, model.LabelValue("POOL_A"), group.Labels["__meta_spcs_compute_pool_name"])
				targets, failures := scrape.TargetsFromGroup(group, job, nil, labels.NewBuilder(labels.EmptyLabels()))
				require.Empty(t, failures)
				if len(targets) > 0 {
					return targets[0]
				}
			}
		case <-deadline:
			t.Fatal("no target was found")
		}
	}
}
