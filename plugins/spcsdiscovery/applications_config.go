// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"fmt"

	"github.com/alecthomas/units"
	"github.com/prometheus/common/model"
	promconfig "github.com/prometheus/prometheus/config"
	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
	"github.com/prometheus/prometheus/scrape"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/reserved"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/series"
)

// ApplicationsConfig is about services that publish metrics of their own.
type ApplicationsConfig struct {
	// Enabled makes the receiver find and scrape them.
	Enabled bool `mapstructure:"enabled"`
	// Services names services, such as DB.SCHEMA.SERVICE:8000/metrics, that need no words in their comments.
	Services []string `mapstructure:"services"`
	// MaxTargets bounds their instances, 200 by default.
	MaxTargets int `mapstructure:"max_targets"`
}

// applicationsLabel is the value of the label `job` of every series of an application.
const applicationsLabel = "spcs-services"

// applicationSamples is the most samples of a scrape of an application.
const applicationSamples = 5_000

// applicationMark is a label of targets, not of series, that distinguishes applications from nodes whatever the rules of
// a configuration do.
const applicationMark = "__spcs_application__"

// forcedLabels are those that say whose series it is, by the labels of the discovery that they come from. The platform's
// series have the same, so that both can be joined.
var forcedLabels = []struct{ label, from string }{
	{model.InstanceLabel, discovery.LabelServiceTarget},
	{"snow_database_name", discovery.LabelServiceDatabase},
	{"snow_schema_name", discovery.LabelServiceSchema},
	{serviceLabel, discovery.LabelServiceName},
	{poolLabel, discovery.LabelServicePool},
	{"snow_service_container_instance", discovery.LabelServiceInstance},
}

func (c *Config) checkApplications() error {
	if !c.Applications.Enabled {
		return nil
	}
	if c.Applications.MaxTargets < 1 {
		return fmt.Errorf("`applications::max_targets` is %d: set at least 1", c.Applications.MaxTargets)
	}
	services := c.services()
	if err := services.Check(); err != nil {
		return fmt.Errorf("`applications`: %w", err)
	}
	return services.CheckFiles()
}

// services returns the discovery of services, which has account, DNS and pools with the discovery of nodes in common.
func (c *Config) services() *discovery.SDConfig {
	services := c.SDConfig
	services.Role, services.PoolSource = discovery.RoleServices, ""
	services.Services, services.MaxTargets = c.Applications.Services, c.Applications.MaxTargets
	return &services
}

// newApplicationScrapeConfig lets no application choose who it is, or when: labels of the target win over those of a
// body, no time of a body is read, and nothing that authenticates is sent. Its limits are below those of a node, because
// its body is anybody's.
func newApplicationScrapeConfig(
	name string, cfg *Config, observe func(discovery.Status),
) *promconfig.ScrapeConfig {
	scrape := newScrapeConfig(name, cfg, applicationsLabel)
	scrape.HonorTimestamps, scrape.TrackTimestampsStaleness = false, false
	for _, forced := range forcedLabels {
		rule := relabel.DefaultRelabelConfig
		rule.SourceLabels, rule.TargetLabel = model.LabelNames{model.LabelName(forced.from)}, forced.label
		scrape.RelabelConfigs = append(scrape.RelabelConfigs, &rule)
	}
	mark := relabel.DefaultRelabelConfig
	mark.TargetLabel, mark.Replacement = applicationMark, "true"
	scrape.RelabelConfigs = append(scrape.RelabelConfigs, &mark)
	scrape.BodySizeLimit = 8 * units.MiB
	scrape.SampleLimit = applicationSamples
	scrape.LabelLimit = 60
	scrape.LabelNameLengthLimit = 200
	scrape.LabelValueLengthLimit = 512
	scrape.ServiceDiscoveryConfigs = promdiscovery.Configs{cfg.services().WithObserver(observe)}
	return scrape
}

// newSeriesOf returns how many series a target may begin within some hours: an application all of what a scrape may
// have, and all of it once more under other labels. Nodes may begin any number.
func newSeriesOf(target *scrape.Target) int {
	if !isApplication(target) {
		return 0
	}
	return 2 * applicationSamples
}

func isApplication(target *scrape.Target) bool { return target.GetValue(applicationMark) != "" }

// judgeOf returns what keeps an application from publishing as somebody else; nodes have none.
func judgeOf(target *scrape.Target) series.Judge {
	if !isApplication(target) {
		return nil
	}
	forced := map[string]struct{}{}
	if target.GetValue(accountLabel) != "" {
		forced[accountLabel] = struct{}{}
	}
	for _, of := range forcedLabels {
		if target.GetValue(of.label) != "" {
			forced[of.label] = struct{}{}
		}
	}
	return func(ls labels.Labels) (kept labels.Labels, stripped, leftOut bool) { return reserved.Judge(ls, forced) }
}
