// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package storeexporter is the exporter `spcs_store`: it sends the requests of the receiver `spcs` to a store that
// speaks Remote Write 2.0, in order, and says what the store did not take.
package storeexporter // import "github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/storeexporter"

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configretry"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
)

// SamplesAttribute holds, in a log record whose body is a request, how many samples the request has.
const SamplesAttribute = "samples"

const (
	// queueBytes holds an hour and a half of a hundred nodes that are scraped every 30 s; when it is full, new samples are
	// refused and the memory stays bounded.
	queueBytes = 64_000_000
	// maxPause is the longest pause between two attempts.
	maxPause = 10 * time.Second
	timeout  = 30 * time.Second
)

var componentType = component.MustNewType("spcs_store")

// NewFactory returns the factory of the exporter `spcs_store`.
func NewFactory() exporter.Factory {
	return exporter.NewFactory(
		componentType,
		createDefaultConfig,
		exporter.WithLogs(createLogs, component.StabilityLevelAlpha),
	)
}

func createDefaultConfig() component.Config {
	client := confighttp.NewDefaultClientConfig()
	client.Endpoint = "http://localhost:9090/api/v1/write"
	client.Timeout = timeout
	queue := exporterhelper.NewDefaultQueueConfig()
	queue.Sizer, queue.QueueSize, queue.NumConsumers = exporterhelper.RequestSizerTypeBytes, queueBytes, 1
	retry := configretry.NewDefaultBackOffConfig()
	retry.MaxElapsedTime = 0
	// Each pause is the interval with up to this factor of it more or less.
	retry.MaxInterval = time.Duration(float64(maxPause) / (1 + retry.RandomizationFactor))
	return &Config{ClientConfig: client, Queue: configoptional.Some(queue), Retry: retry}
}

func createLogs(ctx context.Context, set exporter.Settings, cfg component.Config) (exporter.Logs, error) {
	config := cfg.(*Config)
	s, err := newSender(config, set)
	if err != nil {
		return nil, err
	}
	set.Logger = s.quiet(set.Logger)
	logs, err := exporterhelper.NewLogs(ctx, set, cfg, s.push,
		exporterhelper.WithStart(s.start),
		// The client's own timeout bounds each attempt.
		exporterhelper.WithTimeout(exporterhelper.TimeoutConfig{}),
		exporterhelper.WithRetry(config.Retry),
		exporterhelper.WithQueue(config.Queue),
	)
	if err != nil {
		return nil, err
	}
	bounded := &boundedExporter{Logs: logs, sender: s}
	if config.Copy {
		return newCopy(bounded, set)
	}
	return bounded, nil
}

// boundedExporter ends in time also when the queue is long and the store is silent.
type boundedExporter struct {
	exporter.Logs
	sender *sender
}

// Start implements component.Component.
func (e *boundedExporter) Start(ctx context.Context, host component.Host) error {
	return e.Logs.Start(ctx, orderedHost{host})
}

// Shutdown implements component.Component.
func (e *boundedExporter) Shutdown(ctx context.Context) error {
	e.sender.close()
	err := e.Logs.Shutdown(ctx)
	e.sender.logUnsent()
	return err
}
