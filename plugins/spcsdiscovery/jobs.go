// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"time"

	"github.com/alecthomas/units"
	"github.com/prometheus/common/model"
	promconfig "github.com/prometheus/prometheus/config"
	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/relabel"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
)

// Values of the label `job`: of every series from a node, and of the collector's own.
const (
	jobLabel     = "spcs-nodes"
	selfJobLabel = "otelcol"
)

const defaultScrapeTimeout = 10 * time.Second

// newScrapeConfigs names the jobs after the receiver, which keeps several receivers apart; every series gets the job's
// label instead.
func newScrapeConfigs(
	name string, cfg *Config, observe func(discovery.Status),
) ([]*promconfig.ScrapeConfig, error) {
	rules, err := readRelabelling("relabel_configs", cfg.RelabelConfigs)
	if err != nil {
		return nil, err
	}
	metricRules, err := readRelabelling("metric_relabel_configs", cfg.MetricRelabelConfigs)
	if err != nil {
		return nil, err
	}
	nodes := newScrapeConfig(name, cfg, jobLabel)
	nodes.RelabelConfigs = append(nodes.RelabelConfigs, rules...)
	nodes.MetricRelabelConfigs = append([]*relabel.Config{newPublishedAccountDrop(cfg.account())}, metricRules...)
	nodes.ServiceDiscoveryConfigs = promdiscovery.Configs{cfg.WithObserver(observe)}
	jobs := []*promconfig.ScrapeConfig{nodes}
	if cfg.SelfEndpoint != "" {
		jobs = append(jobs, newSelfScrapeConfig(name+"/self", cfg))
	}
	return jobs, nil
}

// newScrapeConfig lets no target speak for another one: labels of a target win over those of its body, and names have
// no dots. Times of a body are read so that the node is named; the time of the scrape counts all the same.
func newScrapeConfig(name string, cfg *Config, job string) *promconfig.ScrapeConfig {
	scrape := promconfig.DefaultScrapeConfig
	scrape.JobName = name
	scrape.HonorTimestamps, scrape.TrackTimestampsStaleness = true, true
	scrape.HonorLabels = false
	// A node that redirects could have another one, or the collector itself, speak for it.
	scrape.HTTPClientConfig.FollowRedirects = false
	scrape.MetricNameEscapingScheme = model.EscapeUnderscores
	scrape.RelabelConfigs = []*relabel.Config{newRelabelling(model.JobLabel, job), newRelabelling(accountLabel, cfg.account())}
	scrape.ScrapeInterval = model.Duration(cfg.ScrapeInterval)
	scrape.ScrapeTimeout = model.Duration(cfg.ScrapeTimeout)
	if cfg.ScrapeTimeout == 0 {
		scrape.ScrapeTimeout = model.Duration(min(defaultScrapeTimeout, cfg.ScrapeInterval))
	}
	scrape.ScrapeProtocols = promconfig.DefaultScrapeProtocols
	// The documentation does not say which Content-Type the nodes' exporters send.
	scrape.ScrapeFallbackProtocol = promconfig.PrometheusText0_0_4
	protect(&scrape)
	return &scrape
}

// newSelfScrapeConfig takes the collector's own metrics, without what says once more who wrote them.
func newSelfScrapeConfig(name string, cfg *Config) *promconfig.ScrapeConfig {
	scrape := newScrapeConfig(name, cfg, selfJobLabel)
	drop := relabel.DefaultRelabelConfig
	drop.Action = relabel.LabelDrop
	drop.Regex = relabel.MustNewRegexp(`service_(?:name|instance_id)|otel_scope_.+`)
	scrape.MetricRelabelConfigs = []*relabel.Config{&drop}
	target := model.LabelSet{model.AddressLabel: model.LabelValue(cfg.SelfEndpoint)}
	if cfg.SelfInstance != "" {
		target[model.InstanceLabel] = model.LabelValue(cfg.SelfInstance)
	}
	scrape.ServiceDiscoveryConfigs = promdiscovery.Configs{promdiscovery.StaticConfig{
		&targetgroup.Group{
			Targets: []model.LabelSet{target},
			Source:  "self",
		},
	}}
	return scrape
}

// protect keeps a broken node from harming the collector. A node over a limit loses its own scrape and shows `up` 0;
// each limit is more than ten times what a node full of containers publishes (about 1,500 series in 1 MB, 17 labels).
// target_limit is not set: past it every target would fail.
func protect(scrape *promconfig.ScrapeConfig) {
	scrape.BodySizeLimit = 32 * units.MiB
	scrape.SampleLimit = 20_000
	scrape.LabelLimit = 200
	scrape.LabelNameLengthLimit = 512
	scrape.LabelValueLengthLimit = 4096
	// Also shows scrape_sample_limit, so that a node that comes near is seen before it is cut off.
	extra := true
	scrape.ExtraScrapeMetrics = &extra
}

// newRelabelling returns the rule that gives a label a value; an empty one removes the label.
func newRelabelling(label, value string) *relabel.Config {
	config := relabel.DefaultRelabelConfig
	config.TargetLabel, config.Replacement = label, value
	return &config
}
