// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/receiver"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
)

// toleratedFailures is how many refreshes may fail in a row before the receiver calls itself unwell.
const toleratedFailures = 2

// firstLookTimeout bounds how long a start waits for the first discovery, which ends by itself before.
const firstLookTimeout = 35 * time.Second

// observedReceiver shows what the discovery and the scrapes find while it runs.
type observedReceiver struct {
	receiver.Metrics
	name     string
	config   *Config
	settings component.TelemetrySettings
	scrapes  *scrapes
	// stops undo what Start did, the last first.
	stops []func()
	once  sync.Once
}

// Start implements component.Component. It returns when the first discovery has ended, well or badly, since that is when
// the collector calls itself ready.
func (r *observedReceiver) Start(ctx context.Context, host component.Host) error {
	telemetry, err := newTelemetry(r.settings.MeterProvider, r.scrapes)
	if err != nil {
		return fmt.Errorf("cannot register metrics: %w", err)
	}
	r.stops = append(r.stops, func() { _ = telemetry.registration.Unregister() })
	page := &debugPage{name: r.name, scrapes: r.scrapes}
	if r.config.DebugEndpoint != "" {
		stop, err := page.serve(r.config.DebugEndpoint)
		if err != nil {
			return err
		}
		r.stops = append(r.stops, stop)
	}
	health := &health{host: host}
	looked := make(chan struct{})
	var first sync.Once
	r.stops = append(r.stops, discovery.Observe(r.name, func(status discovery.Status) {
		telemetry.status.Store(&status)
		page.status.Store(&status)
		health.report(status)
		first.Do(func() { close(looked) })
	}))
	if err := r.Metrics.Start(ctx, host); err != nil {
		return err
	}
	select {
	case <-looked:
	case <-ctx.Done():
	case <-time.After(firstLookTimeout):
	}
	return nil
}

// Shutdown implements component.Component; a second call does nothing.
func (r *observedReceiver) Shutdown(ctx context.Context) (err error) {
	r.once.Do(func() {
		for _, stop := range slices.Backward(r.stops) {
			stop()
		}
		err = r.Metrics.Shutdown(ctx)
	})
	return err
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
