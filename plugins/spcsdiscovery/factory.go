// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"
)

var componentType = component.MustNewType("spcs")

// NewFactory returns the factory of the receiver `spcs`.
// Importing this package also makes `spcs_sd_configs` valid in the standard Prometheus receiver.
func NewFactory() receiver.Factory {
	known := &receivers{known: map[*Config]*spcsReceiver{}}
	return receiver.NewFactory(
		componentType,
		createDefaultConfig,
		receiver.WithLogs(known.createLogs, component.StabilityLevelAlpha),
		receiver.WithMetrics(known.createMetrics, component.StabilityLevelAlpha),
	)
}

// receivers gives the pipelines of one receiver the same one, so that each node is scraped once. The collector has one
// configuration for each receiver that it runs.
type receivers struct {
	mu    sync.Mutex
	known map[*Config]*spcsReceiver
}

func (k *receivers) createLogs(
	_ context.Context, set receiver.Settings, cfg component.Config, next consumer.Logs,
) (receiver.Logs, error) {
	r := k.get(set, cfg.(*Config))
	r.logs = next
	return r, nil
}

func (k *receivers) createMetrics(
	_ context.Context, set receiver.Settings, cfg component.Config, next consumer.Metrics,
) (receiver.Metrics, error) {
	r := k.get(set, cfg.(*Config))
	r.metrics = next
	return r, nil
}

func (k *receivers) get(set receiver.Settings, cfg *Config) *spcsReceiver {
	k.mu.Lock()
	defer k.mu.Unlock()
	if r := k.known[cfg]; r != nil {
		return r
	}
	r := &spcsReceiver{config: cfg, settings: set, scrapes: newScrapes(set.Logger, cfg.ScrapeInterval)}
	if cfg.Applications.Enabled {
		r.applications = newApplications(set.Logger, cfg.ScrapeInterval)
	}
	r.forget = func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.known, cfg)
	}
	k.known[cfg] = r
	return r
}
