// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
)

// register shows what is known among the collector's own metrics until stop is called.
func (a *applications) register(provider metric.MeterProvider) (stop func(), err error) {
	meter := provider.Meter(scopeName)
	var errs [9]error
	a.info, errs[0] = meter.Int64ObservableGauge("spcs_application_info",
		metric.WithDescription("1 for each service that is opted in, with its state and what is wrong with it"))
	a.instances, errs[1] = meter.Int64ObservableGauge("spcs_application_instances",
		metric.WithDescription("Instances of each opted-in service that are scraped"))
	a.leftOut, errs[2] = meter.Int64ObservableGauge("spcs_application_left_out",
		metric.WithDescription("Opted-in services that max_targets leaves out"))
	a.failures, errs[3] = meter.Int64ObservableCounter("spcs_application_discovery_failures_total",
		metric.WithDescription("Failures of the discovery of services by reason"))
	a.duration, errs[4] = meter.Float64ObservableGauge("spcs_application_refresh_duration_seconds",
		metric.WithDescription("Time that the last refresh of services took"))
	a.age, errs[5] = meter.Float64ObservableGauge("spcs_application_last_success_age_seconds",
		metric.WithDescription("Time since the account last listed the services; absent before the first"))
	a.failedScrapes, errs[6] = meter.Int64ObservableCounter("spcs_application_scrape_failures_total",
		metric.WithDescription("Scrapes of applications that failed or had odd samples, by reason"))
	a.reservedSamples, errs[7] = meter.Int64ObservableCounter("spcs_application_reserved_samples_total",
		metric.WithDescription("Samples of applications under reserved names, or that lost reserved labels"))
	registration, failed := meter.RegisterCallback(a.show, a.info, a.instances, a.leftOut, a.failures, a.duration,
		a.age, a.failedScrapes, a.reservedSamples)
	errs[8] = failed
	return func() { _ = registration.Unregister() }, errors.Join(errs[:]...)
}

func (a *applications) show(_ context.Context, o metric.Observer) error {
	reason := func(word string) metric.MeasurementOption {
		return metric.WithAttributes(attribute.String("reason", word))
	}
	for word, count := range a.scrapes.counts() {
		o.ObserveInt64(a.failedScrapes, count, reason(word))
	}
	for word, count := range a.scrapes.reservedSamples() {
		o.ObserveInt64(a.reservedSamples, count, reason(word))
	}
	status := a.status.Load()
	if status == nil {
		return nil
	}
	for word, count := range status.Failures {
		o.ObserveInt64(a.failures, count, reason(word))
	}
	o.ObserveFloat64(a.duration, status.RefreshDuration.Seconds())
	if !status.LastSuccess.IsZero() {
		o.ObserveFloat64(a.age, time.Since(status.LastSuccess).Seconds())
	}
	a.showServices(o, status.Services)
	return nil
}

func (a *applications) showServices(o metric.Observer, services []discovery.ServiceStatus) {
	leftOut, last := int64(0), a.scrapes.snapshot()
	for _, service := range services {
		if service.LeftOut {
			leftOut++
		}
		of := []attribute.KeyValue{
			attribute.String("snow_database_name", service.Database), attribute.String("snow_schema_name", service.Schema),
			attribute.String(serviceLabel, service.Name), attribute.String(poolLabel, service.Pool),
		}
		o.ObserveInt64(a.instances, int64(len(service.Targets)), metric.WithAttributes(of...))
		of = append(of,
			attribute.String("state", service.State), attribute.String("reason", worstReason(service, last)))
		o.ObserveInt64(a.info, 1, metric.WithAttributes(of...))
	}
	o.ObserveInt64(a.leftOut, leftOut)
}

// worstReason returns what the discovery says is wrong with a service, else what the scrape of one of its instances
// says; it is empty where nothing is.
func worstReason(service discovery.ServiceStatus, last map[string]nodeScrape) string {
	if service.Reason != "" {
		return service.Reason
	}
	odd := ""
	for _, target := range service.Targets {
		scraped := last[target.Address.String()]
		if scraped.reason != "" {
			return scraped.reason
		}
		if odd == "" {
			odd = scraped.firstOddity()
		}
	}
	return odd
}
