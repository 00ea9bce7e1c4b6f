// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
)

const scopeName = "github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery"

// poolLabel is the label that the nodes' own series have, so that both can be joined.
const poolLabel = "snow_compute_pool_name"

// telemetry shows the last status of a discovery and the failed scrapes as the collector's own metrics.
type telemetry struct {
	scrapes      *scrapes
	status       atomic.Pointer[discovery.Status]
	registration metric.Registration

	info, nodes, pools, shards, sharded, failures, failedScrapes metric.Int64Observable
	duration, age                                                metric.Float64Observable
}

// newTelemetry registers the metrics; they have no values before the first refresh.
func newTelemetry(provider metric.MeterProvider, scrapes *scrapes) (*telemetry, error) {
	meter := provider.Meter(scopeName)
	t := &telemetry{scrapes: scrapes}
	var errs [10]error
	t.info, errs[0] = meter.Int64ObservableGauge("spcs_compute_pool_info",
		metric.WithDescription("1 for each known compute pool, with its state and instance family"))
	t.nodes, errs[1] = meter.Int64ObservableGauge("spcs_discovery_nodes",
		metric.WithDescription("Nodes of each compute pool that are scraped"))
	t.pools, errs[2] = meter.Int64ObservableGauge("spcs_discovery_pools",
		metric.WithDescription("Known compute pools by state"))
	t.failures, errs[3] = meter.Int64ObservableCounter("spcs_discovery_failures_total",
		metric.WithDescription("Failures of the discovery by reason"))
	t.duration, errs[4] = meter.Float64ObservableGauge("spcs_discovery_refresh_duration_seconds",
		metric.WithDescription("Time that the last refresh took"))
	t.age, errs[5] = meter.Float64ObservableGauge("spcs_discovery_last_success_age_seconds",
		metric.WithDescription("Time since the last refresh that had the account and every pool; absent before the first"))
	t.failedScrapes, errs[6] = meter.Int64ObservableCounter("spcs_scrape_failures_total",
		metric.WithDescription("Scrapes of nodes that failed or had odd samples, by reason"))
	t.sharded, errs[7] = meter.Int64ObservableGauge("spcs_discovery_sharded_pools",
		metric.WithDescription("Listed compute pools that this shard keeps, and those of other shards; only where pools are shared"))
	t.shards, errs[8] = meter.Int64ObservableGauge("spcs_discovery_shards",
		metric.WithDescription("Collectors that share the pools; only where pools are shared"))
	t.registration, errs[9] = meter.RegisterCallback(t.observe,
		t.info, t.nodes, t.pools, t.shards, t.sharded, t.failures, t.failedScrapes, t.duration, t.age)
	return t, errors.Join(errs[:]...)
}

func (t *telemetry) observe(_ context.Context, o metric.Observer) error {
	for reason, count := range t.scrapes.counts() {
		o.ObserveInt64(t.failedScrapes, count, metric.WithAttributes(attribute.String("reason", reason)))
	}
	status := t.status.Load()
	if status == nil {
		return nil
	}
	byState := map[string]int64{}
	for _, pool := range status.Pools {
		byState[pool.State]++
		name := attribute.String(poolLabel, pool.Name)
		o.ObserveInt64(t.nodes, int64(len(pool.Nodes)), metric.WithAttributes(name))
		o.ObserveInt64(t.info, 1, metric.WithAttributes(name,
			attribute.String("state", pool.State), attribute.String("instance_family", pool.InstanceFamily)))
	}
	for state, count := range byState {
		o.ObserveInt64(t.pools, count, metric.WithAttributes(attribute.String("state", state)))
	}
	if status.Shards > 0 {
		o.ObserveInt64(t.shards, int64(status.Shards))
		for owner, count := range map[string]int{"kept": len(status.Pools), "other_shard": len(status.OtherShards)} {
			o.ObserveInt64(t.sharded, int64(count), metric.WithAttributes(attribute.String("owner", owner)))
		}
	}
	for reason, count := range status.Failures {
		o.ObserveInt64(t.failures, count, metric.WithAttributes(attribute.String("reason", reason)))
	}
	o.ObserveFloat64(t.duration, status.RefreshDuration.Seconds())
	if !status.LastSuccess.IsZero() {
		o.ObserveFloat64(t.age, time.Since(status.LastSuccess).Seconds())
	}
	return nil
}
