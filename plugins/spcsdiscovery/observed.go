// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/otel/metric"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
)

// toleratedFailures is how many refreshes may fail in a row before the receiver calls itself unwell.
const toleratedFailures = 2

// observedReceiver shows what the discovery finds while it runs.
type observedReceiver struct {
	receiver.Metrics
	name     string
	provider metric.MeterProvider
	stop     func()
}

// Start implements component.Component.
func (r *observedReceiver) Start(ctx context.Context, host component.Host) error {
	telemetry, err := newTelemetry(r.provider)
	if err != nil {
		return fmt.Errorf("cannot register metrics: %w", err)
	}
	health := &health{host: host}
	stop := discovery.Observe(r.name, func(status discovery.Status) {
		telemetry.status.Store(&status)
		health.report(status)
	})
	r.stop = func() {
		stop()
		_ = telemetry.registration.Unregister()
	}
	return r.Metrics.Start(ctx, host)
}

// Shutdown implements component.Component.
func (r *observedReceiver) Shutdown(ctx context.Context) error {
	if r.stop != nil {
		r.stop()
	}
	return r.Metrics.Shutdown(ctx)
}

// health tells the collector's health extension how the discovery does.
type health struct {
	host   component.Host
	unwell bool
}

func (h *health) report(status discovery.Status) {
	unwell := status.FailedInARow > toleratedFailures
	if unwell == h.unwell {
		return
	}
	h.unwell = unwell
	event := componentstatus.NewEvent(componentstatus.StatusOK)
	if unwell {
		event = componentstatus.NewRecoverableErrorEvent(fmt.Errorf("%d refreshes of the discovery failed in a row: the log says why", status.FailedInARow))
	}
	componentstatus.ReportStatus(h.host, event)
}
