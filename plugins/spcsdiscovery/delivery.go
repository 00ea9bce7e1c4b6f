// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receiverhelper"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/bridge"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/series"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/trouble"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/storeexporter"
)

const dataFormat = "prometheus"

// delivery hands what was scraped to the pipelines, and says when they refuse it.
type delivery struct {
	report *receiverhelper.ObsReport
	scope  bridge.Scope

	// batch is nil without a pipeline of logs, and consume without one of metrics.
	batch   *series.Batch
	consume func(context.Context, iter.Seq[series.Sample]) error

	taken, lost metric.Int64Counter

	mu      sync.Mutex
	refusal *trouble.Trouble
}

func newDelivery(set receiver.Settings, logs consumer.Logs, metrics consumer.Metrics) (*delivery, error) {
	d := &delivery{
		scope: bridge.Scope{Name: scopeName, Version: set.BuildInfo.Version},
		refusal: trouble.New(
			set.Logger,
			"Samples are lost: the pipeline refuses them, because its queue is full or memory is short",
			"The pipeline takes samples again",
		),
	}
	var errs [3]error
	d.report, errs[0] = receiverhelper.NewObsReport(
		receiverhelper.ObsReportSettings{ReceiverID: set.ID, Transport: "http", ReceiverCreateSettings: set},
	)
	meter := set.MeterProvider.Meter(scopeName)
	d.taken, errs[1] = meter.Int64Counter("spcs_scraped_samples_total",
		metric.WithDescription("Samples of scrapes that the pipelines took"), metric.WithUnit("{sample}"))
	d.lost, errs[2] = meter.Int64Counter("spcs_lost_samples_total",
		metric.WithDescription("Samples of scrapes that a pipeline refused"), metric.WithUnit("{sample}"))
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	// Both begin at 0, so that the first loss is a rise.
	d.count(context.Background(), 0, nil)
	d.lost.Add(context.Background(), 0)
	if logs != nil {
		d.batch = series.NewBatch(func(request []byte, samples int) { d.sendRequest(logs, request, samples) })
	}
	if metrics != nil {
		d.consume = func(ctx context.Context, samples iter.Seq[series.Sample]) error {
			return d.sendMetrics(ctx, metrics, samples)
		}
	}
	return d, nil
}

func (d *delivery) start() {
	if d.batch != nil {
		go d.batch.Run()
	}
}

func (d *delivery) stop() {
	if d.batch != nil {
		d.batch.Stop()
	}
}

func (d *delivery) sendRequest(next consumer.Logs, request []byte, samples int) {
	logs := plog.NewLogs()
	record := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	record.SetTimestamp(pcommon.NewTimestampFromTime(time.Now()))
	record.Body().SetEmptyBytes().FromRaw(request)
	record.Attributes().PutInt(storeexporter.SamplesAttribute, int64(samples))
	ctx := d.report.StartLogsOp(context.Background())
	err := next.ConsumeLogs(ctx, logs)
	d.report.EndLogsOp(ctx, dataFormat, 1, err)
	d.count(ctx, samples, err)
}

func (d *delivery) sendMetrics(
	ctx context.Context, next consumer.Metrics, samples iter.Seq[series.Sample],
) error {
	metrics := bridge.Convert(samples, d.scope)
	points := metrics.DataPointCount()
	if points == 0 {
		return nil
	}
	ctx = d.report.StartMetricsOp(ctx)
	err := next.ConsumeMetrics(ctx, metrics)
	d.report.EndMetricsOp(ctx, dataFormat, points, err)
	d.count(ctx, points, err)
	return err
}

func (d *delivery) count(ctx context.Context, samples int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil {
		d.taken.Add(ctx, int64(samples))
		d.refusal.Ease()
		return
	}
	d.lost.Add(ctx, int64(samples))
	d.refusal.Record("refused", int64(samples), zap.Error(err))
}
