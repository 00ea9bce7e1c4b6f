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
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
)

// toleratedFailures is how many refreshes may fail in a row before the receiver calls itself unhealthy.
const toleratedFailures = 2

// firstLookTimeout bounds how long a start waits for the first discovery, which ends by itself before.
const firstLookTimeout = 35 * time.Second

// spcsReceiver discovers and scrapes, once for all its pipelines. Those of logs get Remote Write requests, those of
// metrics get metrics; what no pipeline asks for is not made.
type spcsReceiver struct {
	config   *Config
	settings receiver.Settings
	logs     consumer.Logs
	metrics  consumer.Metrics

	scrapes *scrapes
	// applications is nil where they are off.
	applications *applications
	started      sync.Once
	ended        sync.Once
	// stops undo what Start did, the last first.
	stops []func()
	// forget lets the next configuration of the same receiver have a new one.
	forget func()
}

// Start implements component.Component. It returns when the first discovery has ended, well or badly, because that is
// when the collector calls itself ready.
func (r *spcsReceiver) Start(ctx context.Context, host component.Host) (err error) {
	r.started.Do(func() { err = r.start(ctx, host) })
	return err
}

func (r *spcsReceiver) start(ctx context.Context, host component.Host) error {
	name := r.settings.ID.String()
	telemetry, err := newTelemetry(r.settings.MeterProvider, r.scrapes)
	if err != nil {
		return fmt.Errorf("cannot register metrics: %w", err)
	}
	r.stops = append(r.stops, func() { _ = telemetry.registration.Unregister() })
	if r.applications != nil {
		stop, err := r.applications.register(r.settings.MeterProvider)
		if err != nil {
			return fmt.Errorf("cannot register metrics: %w", err)
		}
		r.stops = append(r.stops, stop)
	}
	page := &debugPage{name: name, scrapes: r.scrapes, applications: r.applications}
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
	stop, err := r.scrape(func(status discovery.Status) {
		telemetry.status.Store(&status)
		page.status.Store(&status)
		health.report(status)
		first.Do(func() { close(looked) })
	})
	if err != nil {
		return fmt.Errorf("cannot set up scraping: %w", err)
	}
	r.stops = append(r.stops, stop)
	select {
	case <-looked:
	case <-ctx.Done():
	case <-time.After(firstLookTimeout):
	}
	return nil
}

// Shutdown implements component.Component; a second call does nothing.
func (r *spcsReceiver) Shutdown(context.Context) error {
	r.ended.Do(func() {
		for _, stop := range slices.Backward(r.stops) {
			stop()
		}
		r.forget()
	})
	return nil
}

// health reports to the collector's health extension how the discovery does.
type health struct {
	host      component.Host
	unhealthy bool
}

func (h *health) report(status discovery.Status) {
	unhealthy := status.FailedInARow > toleratedFailures
	if unhealthy == h.unhealthy {
		return
	}
	h.unhealthy = unhealthy
	event := componentstatus.NewEvent(componentstatus.StatusOK)
	if unhealthy {
		event = componentstatus.NewRecoverableErrorEvent(
			fmt.Errorf("%d refreshes of the discovery failed in a row: the log says why", status.FailedInARow),
		)
	}
	componentstatus.ReportStatus(h.host, event)
}
