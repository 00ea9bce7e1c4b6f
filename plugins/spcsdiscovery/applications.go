// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/scrape"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/series"
)

const serviceLabel = "snow_service_name"

// applications watches the discovery and the scrapes of services that publish metrics of their own, apart from those of
// nodes: no fault of an application shows in what is known of the platform.
type applications struct {
	scrapes *scrapes
	status  atomic.Pointer[discovery.Status]

	info, instances, leftOut, failures, failedScrapes, reservedSamples metric.Int64Observable
	duration, age                                                      metric.Float64Observable
}

func newApplications(logger *zap.Logger, interval time.Duration) *applications {
	a := &applications{scrapes: newScrapesOf(applicationSubject, logger, interval)}
	// They begin at 0, so that the first is a rise.
	a.scrapes.countReserved(series.Counts{}, 0)
	return a
}

var applicationSubject = scrapeSubject{noun: "Application", describe: describeApplication, remedy: remedyOfApplication}

func serviceOf(target *scrape.Target) discovery.ServiceName {
	return discovery.ServiceName{
		Database: target.GetValue("snow_database_name"), Schema: target.GetValue("snow_schema_name"),
		Name: target.GetValue(serviceLabel),
	}
}

func describeApplication(target *scrape.Target) []zap.Field {
	return []zap.Field{
		zap.String("service", serviceOf(target).String()), zap.String("address", target.GetValue(model.AddressLabel)),
	}
}

// remedyOfApplication adds the SQL that lets the collector connect where nothing answers.
func remedyOfApplication(target *scrape.Target, reason string) string {
	switch reason {
	case "timeout", "refused", "unreachable":
		return ": check that the service declares an endpoint at this port, and let its owner run " +
			serviceOf(target).GrantConnection("")
	default:
		return ""
	}
}

// note takes down the scrape of a node or of an application.
func (r *spcsReceiver) note(target *scrape.Target, counts series.Counts) {
	if isApplication(target) {
		r.applications.scrapes.note(target, counts)
		return
	}
	r.scrapes.note(target, counts)
}

func (a *applications) observe(status discovery.Status) { a.status.Store(&status) }
