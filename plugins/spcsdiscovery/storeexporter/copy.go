// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"context"
	"net/http"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/trouble"
)

// mendable returns whether an answer speaks of the endpoint or the credentials and not of the samples: with a queue on
// disk they can wait until somebody has mended that.
func mendable(code int) bool {
	return code == http.StatusUnauthorized || code == http.StatusForbidden || code == http.StatusNotFound
}

// copyExporter sends what another exporter of the same pipeline sends to another store. Whatever happens to it, the
// pipeline goes on: it counts what its queue does not take.
type copyExporter struct {
	*boundedExporter
	logger  *zap.Logger
	name    metric.MeasurementOption
	dropped metric.Int64Counter

	mu   sync.Mutex
	full *trouble.Trouble
}

func newCopy(bounded *boundedExporter, set exporter.Settings) (*copyExporter, error) {
	dropped, err := set.MeterProvider.Meter(scopeName).Int64Counter("spcs_store_dropped_samples_total",
		metric.WithDescription("Samples that the queue of a copy has not taken"), metric.WithUnit("{sample}"))
	if err != nil {
		return nil, err
	}
	c := &copyExporter{
		boundedExporter: bounded,
		logger:          set.Logger,
		name:            nameOf(set),
		dropped:         dropped,
		full: trouble.New(
			set.Logger,
			"Samples of the copy are lost: its queue does not take them; the other store is not affected",
			"The queue of the copy takes samples again",
		),
	}
	c.dropped.Add(context.Background(), 0, c.name)
	return c, nil
}

// Start implements component.Component.
func (c *copyExporter) Start(ctx context.Context, host component.Host) error {
	return c.Logs.Start(ctx, spareHost{orderedHost{host}, c.logger})
}

// ConsumeLogs implements consumer.Logs.
func (c *copyExporter) ConsumeLogs(ctx context.Context, logs plog.Logs) error {
	err := c.Logs.ConsumeLogs(ctx, logs)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.full.Ease()
		return nil
	}
	samples := countSamples(logs)
	c.dropped.Add(ctx, samples, c.name)
	c.full.Record("full", samples, zap.String("err", trouble.Sentence(err.Error())))
	return nil
}

func countSamples(logs plog.Logs) (count int64) {
	for _, resource := range logs.ResourceLogs().All() {
		for _, scope := range resource.ScopeLogs().All() {
			for _, record := range scope.LogRecords().All() {
				samples, _ := record.Attributes().Get(SamplesAttribute)
				count += samples.Int()
			}
		}
	}
	return count
}
