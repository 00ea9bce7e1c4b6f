// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
)

// ServiceStatus is what is known of one service that is opted in.
type ServiceStatus struct {
	ServiceName
	// Listed is set where the account lists the service; Pool and State are as it writes them.
	Listed      bool
	Pool, State string
	// Resting is set where the account says that the service has no instances.
	Resting bool
	// DNSName is the service's own name in DNS, and Port and Path are where it publishes.
	DNSName string
	Port    uint16
	Path    string
	// Targets are the instances that are scraped, also those that are kept while lookups fail.
	Targets []ServiceTarget
	// LeftOut is set where the service's instances are more than the room that was left.
	LeftOut bool
	// Reason is a word and Error a sentence for what failed in the last refresh; empty when nothing did.
	Reason, Error string
	// LastSuccess is when addresses were found last; zero when they never were.
	LastSuccess time.Time
}

// serviceReporter writes the log lines about services.
type serviceReporter struct{ *reporter }

func newServiceReporter(c *SDConfig, logger *slog.Logger) *serviceReporter {
	return &serviceReporter{newReporter(c, logger, "services")}
}

func (r *serviceReporter) accountFailed(f failure, known int) {
	r.logger.Warn("Refresh of services failed: known services are kept and followed by DNS, and the account is asked again",
		"reason", f.reason, "err", f.text, "known_services", known,
		"account_asked_again_in", max(r.refreshInterval, model.Duration(f.held)))
}

func (r *serviceReporter) accountRecovered(listed int, after time.Duration) {
	r.logger.Info("Account lists services again", "services", listed, "after", after)
}

func (r *serviceReporter) allDropped(staleAfter model.Duration) {
	r.logger.Warn("All services dropped: the account was unreachable for too long", "account_stale_after", staleAfter)
}

func (r *serviceReporter) listCutOff(rows int) {
	r.logger.Warn("The list of services may be cut off: SHOW gives no more rows than this, so services may be missing",
		"rows", rows)
}

// serviceAdded logs a new service, except those of the first refresh.
func (r *serviceReporter) serviceAdded(s service) {
	if r.refreshed {
		r.logger.Info("Service is opted in", "service", s.ServiceName.String(), "state", shown.Line(s.facts["status"]))
	}
}

func (r *serviceReporter) serviceRemoved(name ServiceName) {
	r.logger.Info("Service is listed no more or opted out: its series end", "service", name.String())
}

func (r *serviceReporter) serviceFailed(name ServiceName, f failure, kept int) {
	r.logger.Warn("Service has a fault: its known instances are kept, and no other service is concerned",
		"service", name.String(), "reason", f.reason, "err", f.text, "kept_instances", kept)
}

func (r *serviceReporter) serviceRecovered(name ServiceName, instances int, after time.Duration) {
	r.logger.Info("Service has no fault any more", "service", name.String(), "instances", instances, "after", after)
}

func (r *serviceReporter) serviceDropped(name ServiceName, staleAfter model.Duration) {
	r.logger.Warn("Instances of a service dropped: they could not be looked up for too long",
		"service", name.String(), "stale_after", staleAfter)
}

// servicesLeftOut names the services that are left out, some of them where they are many.
func (r *serviceReporter) servicesLeftOut(names []ServiceName, maxTargets int) {
	if len(names) == 0 {
		r.logger.Info("All services have room again", "max_targets", maxTargets)
		return
	}
	var some []string
	for _, name := range names[:min(len(names), maxNamed)] {
		some = append(some, name.String())
	}
	list := strings.Join(some, ", ")
	if more := len(names) - len(some); more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	r.logger.Warn("Services are left out: all instances together are more than `max_targets`",
		"max_targets", maxTargets, "left_out", len(names), "services", list)
}
