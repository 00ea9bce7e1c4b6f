// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"net/netip"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// serviceMemory holds what earlier refreshes found of each service that is opted in.
type serviceMemory struct {
	host       string
	staleAfter model.Duration
	maxTargets int
	reporter   *serviceReporter

	services map[ServiceName]*knownService
	// leftOut are the services that had too many instances for the room that was left, at the last refresh.
	leftOut []ServiceName
}

// knownService is what earlier refreshes found of one service.
type knownService struct {
	service
	// port is where it publishes; 0 while nobody has said.
	port      uint16
	endpoints endpointAnswer
	addresses []netip.Addr
	instances instanceAnswer
	// seenAt is when addresses were found last, zero where none are kept, and succeededAt when a lookup last found any.
	seenAt, succeededAt time.Time
	// outage and failure are of the last refresh.
	outage  outage
	failure failure
	// questions is the outage of statements about the service alone.
	questions outage
	leftOut   bool
}

func newServiceMemory(c *SDConfig, reporter *serviceReporter) *serviceMemory {
	return &serviceMemory{
		host: c.Host, staleAfter: c.StaleAfter, maxTargets: c.maxTargets(), reporter: reporter,
		services: map[ServiceName]*knownService{},
	}
}

// dropUnlisted removes the services that are listed no more or opted out, and returns their groups without targets.
func (m *serviceMemory) dropUnlisted(services []service) []*targetgroup.Group {
	listed := make(map[ServiceName]struct{}, len(services))
	for _, s := range services {
		listed[s.ServiceName] = struct{}{}
	}
	var groups []*targetgroup.Group
	for name := range m.services {
		if _, ok := listed[name]; !ok {
			groups = append(groups, &targetgroup.Group{Source: serviceSource(m.host, name)})
			delete(m.services, name)
			m.reporter.serviceRemoved(name)
		}
	}
	return groups
}

// plan takes the services down, and returns them in their order with those to look up: twice as many as may have
// targets, because some have none.
func (m *serviceMemory) plan(services []service) (all, active []*knownService) {
	for _, s := range services {
		k, ok := m.services[s.ServiceName]
		if !ok {
			k = &knownService{}
			m.services[s.ServiceName] = k
			m.reporter.serviceAdded(s)
		}
		k.service, k.leftOut = s, false
		all = append(all, k)
		switch {
		case s.rests():
			m.recover(k)
			k.forgetAddresses()
		case s.fault.reason != "":
			m.fail(k, s.fault)
			k.forgetAddresses()
		case len(active) == 2*m.maxTargets:
			k.leftOut = true
			k.forgetAddresses()
		default:
			active = append(active, k)
		}
	}
	return all, active
}

func (k *knownService) forgetAddresses() {
	k.addresses, k.instances, k.seenAt = nil, instanceAnswer{}, time.Time{}
}

// rememberAddresses takes down what a lookup found.
func (m *serviceMemory) rememberAddresses(k *knownService, found addressResult) {
	if found.err != nil && isNotFound(found.err) && k.starts() {
		m.recover(k)
		k.forgetAddresses()
		return
	}
	if found.err != nil {
		m.fail(k, newServiceLookupFailure(k.service, found.server, found.err))
		m.dropStale(k)
		return
	}
	now := time.Now()
	k.addresses, k.seenAt, k.succeededAt = found.addresses, now, now
	if len(found.refused) > 0 {
		m.fail(k, newServiceLookupFailure(k.service, found.server, found.refused[0].err))
		return
	}
	m.recover(k)
}

// dropStale drops addresses that were found too long ago.
func (m *serviceMemory) dropStale(k *knownService) {
	if !k.seenAt.IsZero() && time.Since(k.seenAt) > time.Duration(m.staleAfter) {
		k.forgetAddresses()
		m.reporter.serviceDropped(k.ServiceName, m.staleAfter)
	}
}

func (m *serviceMemory) fail(k *knownService, f failure) {
	k.failure = f
	m.reporter.countFailure(f.reason)
	if k.outage.recordFailure(f.reason) {
		m.reporter.serviceFailed(k.ServiceName, f, len(k.addresses))
	}
}

func (m *serviceMemory) recover(k *knownService) {
	k.failure = failure{}
	if lasted, ok := k.outage.recordSuccess(); ok {
		m.reporter.serviceRecovered(k.ServiceName, len(k.addresses), lasted)
	}
}

// targets returns the instances that are scraped, also those that are kept while lookups fail. One whose number may
// still come waits: with its address in the place of the number its series would begin under another name.
func (k *knownService) targets() []ServiceTarget {
	if k.leftOut || k.port == 0 {
		return nil
	}
	targets := make([]ServiceTarget, 0, len(k.addresses))
	for _, address := range k.addresses {
		number := k.instances.numbers[address]
		if number == "" && !k.instances.settled {
			continue
		}
		targets = append(targets, ServiceTarget{Address: netip.AddrPortFrom(address, k.port), Instance: number})
	}
	return targets
}

// groups returns a group of each service, and leaves out those whose targets are too many for the room that is left.
func (m *serviceMemory) groups(all []*knownService) []*targetgroup.Group {
	groups := make([]*targetgroup.Group, 0, len(all))
	var leftOut []ServiceName
	room := m.maxTargets
	for _, k := range all {
		count := len(k.targets())
		k.leftOut = k.leftOut || count > room
		if k.leftOut {
			leftOut = append(leftOut, k.ServiceName)
		} else {
			room -= count
		}
		groups = append(groups, k.group(m.host))
	}
	if !slices.Equal(leftOut, m.leftOut) {
		m.reporter.servicesLeftOut(leftOut, m.maxTargets)
	}
	m.leftOut = leftOut
	return groups
}

// status returns what is known of each service, by name.
func (m *serviceMemory) status() []ServiceStatus {
	services := make([]ServiceStatus, 0, len(m.services))
	for _, k := range m.services {
		status := ServiceStatus{
			ServiceName: k.ServiceName, Pool: k.facts["compute_pool"], State: k.facts["status"], Listed: k.facts != nil,
			Resting: k.rests(),
			DNSName: k.dnsName(), Port: k.port, Path: k.metricsPath(), Targets: k.targets(), LeftOut: k.leftOut,
			LastSuccess: k.succeededAt, Reason: k.failure.reason, Error: k.failure.text,
		}
		if status.Reason == "" {
			unanswered := k.unanswered()
			status.Reason, status.Error = unanswered.reason, unanswered.text
		}
		if k.leftOut {
			f := newNoRoomFailure(m.maxTargets)
			status.Reason, status.Error = f.reason, f.text
		}
		services = append(services, status)
	}
	slices.SortFunc(services, func(a, b ServiceStatus) int { return a.compare(b.ServiceName) })
	return services
}
