// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// Labels of a target of RoleServices.
const (
	servicePrefix = metaPrefix + "service_"
	// LabelServiceName, LabelServiceDatabase and LabelServiceSchema are the parts of the service's name.
	LabelServiceName     = servicePrefix + "name"
	LabelServiceDatabase = servicePrefix + "database_name"
	LabelServiceSchema   = servicePrefix + "schema_name"
	// LabelServicePool is the service's compute pool.
	LabelServicePool = servicePrefix + "compute_pool"
	// LabelServiceInstance is the number of the instance; it is absent where the account does not give that.
	LabelServiceInstance = servicePrefix + "instance"
	// LabelServiceTarget names the target by what stays over a redeployment: DB.SCHEMA.SERVICE/INSTANCE:PORT.
	LabelServiceTarget = servicePrefix + "target"

	labelServiceAddress = servicePrefix + "address"
	annotationLabels    = servicePrefix + "annotation_"
)

// service is one service that is opted in, as it was listed.
type service struct {
	ServiceName
	// facts are what the account showed of it, by column.
	facts map[string]string
	// named is set where the configuration names it.
	named bool
	annotations
	// fault is why it cannot be scraped whatever DNS says.
	fault failure
}

func (s service) dnsName() string { return s.facts["dns_name"] }

// instancesName is the DNS name that has the addresses of all instances.
func (s service) instancesName() string { return "instances." + s.dnsName() }

// rests reports whether the account says that the service has no instances: it is suspended or has ended.
func (s service) rests() bool {
	switch s.facts["status"] {
	case "SUSPENDED", "SUSPENDING", "DELETING", "DELETED", "FAILED", "DONE":
		return true
	default:
		return false
	}
}

// starts reports whether missing DNS records are right for now.
func (s service) starts() bool { return s.facts["status"] == "PENDING" }

var dnsNamePattern = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,63}(?:\.[a-zA-Z0-9_-]{1,63})+$`)

// checkDNSName refuses what cannot be asked for: the name comes from elsewhere.
func (s service) checkDNSName() error {
	if name := s.instancesName(); len(name) > 253 || !dnsNamePattern.MatchString(name) {
		return fmt.Errorf("the account gives it the DNS name %q, which cannot be looked up: ask for a new one by "+
			"creating the service anew", s.dnsName())
	}
	return nil
}

func (s service) labels(port uint16) model.LabelSet {
	set := model.LabelSet{
		LabelServiceDatabase:        model.LabelValue(s.Database),
		LabelServiceSchema:          model.LabelValue(s.Schema),
		LabelServiceName:            model.LabelValue(s.Name),
		annotationLabels + "scrape": "true",
		annotationLabels + "port":   model.LabelValue(strconv.Itoa(int(port))),
		annotationLabels + "path":   model.LabelValue(s.metricsPath()),
		model.MetricsPathLabel:      model.LabelValue(s.metricsPath()),
		model.SchemeLabel:           "http",
	}
	for column, value := range s.facts {
		if column == "dns_name" {
			set[labelDNSName] = model.LabelValue(s.instancesName())
			continue
		}
		set[model.LabelName(servicePrefix+column)] = model.LabelValue(value)
	}
	return set
}

// group returns the targets of the service; without any it ends those that Prometheus has.
func (k *knownService) group(host string) *targetgroup.Group {
	group := &targetgroup.Group{Source: serviceSource(host, k.ServiceName)}
	targets := k.targets()
	if len(targets) == 0 {
		return group
	}
	group.Labels = k.labels(k.port)
	for _, target := range targets {
		set := model.LabelSet{
			model.AddressLabel:  model.LabelValue(target.Address.String()),
			labelServiceAddress: model.LabelValue(target.Address.Addr().String()),
			LabelServiceTarget:  model.LabelValue(target.Name(k.ServiceName)),
		}
		if target.Instance != "" {
			set[LabelServiceInstance] = model.LabelValue(target.Instance)
		}
		group.Targets = append(group.Targets, set)
	}
	return group
}

func serviceSource(host string, name ServiceName) string {
	return "spcs-services/" + host + "/" + name.plain()
}

// ServiceTarget is one instance of a service.
type ServiceTarget struct {
	Address netip.AddrPort
	// Instance is its number; empty where the account does not give that.
	Instance string
}

// Name returns what stays over a redeployment, as long as the instance's number is known.
func (t ServiceTarget) Name(of ServiceName) string {
	instance := t.Instance
	if instance == "" {
		instance = t.Address.Addr().String()
	}
	return of.plain() + "/" + net.JoinHostPort(instance, strconv.Itoa(int(t.Address.Port())))
}
