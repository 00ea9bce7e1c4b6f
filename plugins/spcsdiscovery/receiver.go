// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"fmt"
	"time"

	"github.com/alecthomas/units"
	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver"
	"github.com/prometheus/common/model"
	promconfig "github.com/prometheus/prometheus/config"
	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/model/relabel"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/receiver"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// jobLabel is the label `job` of every series from a node.
const jobLabel = "spcs-nodes"

const defaultScrapeTimeout = 10 * time.Second

// newReceiver delegates to the Prometheus receiver: the scrape loop, staleness and `up` are Prometheus's own.
func newReceiver(ctx context.Context, set receiver.Settings, cfg *Config, next consumer.Metrics) (receiver.Metrics, error) {
	name := set.ID.String()
	scrapeConfig, err := newScrapeConfig(name, cfg)
	if err != nil {
		return nil, err
	}
	factory := prometheusreceiver.NewFactory()
	promCfg := factory.CreateDefaultConfig().(*prometheusreceiver.Config)
	promCfg.DiscoveryReloadOnStartup = true
	promCfg.PrometheusConfig.ScrapeConfigs = []*promconfig.ScrapeConfig{scrapeConfig}
	watched := newScrapes(set.Logger, cfg.ScrapeInterval)
	trimmed, err := consumer.NewMetrics(func(ctx context.Context, metrics pmetric.Metrics) error {
		watched.note(ctx)
		removeServerAttributes(metrics)
		return next.ConsumeMetrics(ctx, metrics)
	}, consumer.WithCapabilities(consumer.Capabilities{MutatesData: true}))
	if err != nil {
		return nil, err
	}
	observed := &observedReceiver{name: name, config: cfg, settings: set.TelemetrySettings, scrapes: watched}
	// The factory accepts only an ID of its own type.
	set.ID = component.NewIDWithName(factory.Type(), name)
	set.Logger = set.Logger.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core { return quietCore{Core: core, scrapes: watched} }))
	if observed.Metrics, err = factory.CreateMetrics(ctx, set, promCfg, trimmed); err != nil {
		return nil, fmt.Errorf("cannot set up scraping: %w", err)
	}
	return observed, nil
}

// newScrapeConfig names the job after the receiver, which tells several receivers apart; every series gets jobLabel.
func newScrapeConfig(name string, cfg *Config) (*promconfig.ScrapeConfig, error) {
	rules, err := readRelabelling("relabel_configs", cfg.RelabelConfigs)
	if err != nil {
		return nil, err
	}
	metricRules, err := readRelabelling("metric_relabel_configs", cfg.MetricRelabelConfigs)
	if err != nil {
		return nil, err
	}
	scrape := promconfig.DefaultScrapeConfig
	scrape.JobName = name
	scrape.RelabelConfigs = append([]*relabel.Config{newJobRelabelling()}, rules...)
	scrape.MetricRelabelConfigs = metricRules
	scrape.ScrapeInterval = model.Duration(cfg.ScrapeInterval)
	scrape.ScrapeTimeout = model.Duration(cfg.ScrapeTimeout)
	if cfg.ScrapeTimeout == 0 {
		scrape.ScrapeTimeout = model.Duration(min(defaultScrapeTimeout, cfg.ScrapeInterval))
	}
	scrape.ScrapeProtocols = promconfig.DefaultScrapeProtocols
	// The documentation does not say which Content-Type the publishers send.
	scrape.ScrapeFallbackProtocol = promconfig.PrometheusText0_0_4
	protect(&scrape)
	scrape.ServiceDiscoveryConfigs = promdiscovery.Configs{&cfg.SDConfig}
	return &scrape, nil
}

// protect keeps a broken node from harming the collector. A node over a limit loses its own scrape and shows `up` 0;
// each limit is more than ten times what a node full of containers publishes (about 1,500 series in 1 MB, 17 labels).
// There is no target_limit: past it every target would fail.
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

func newJobRelabelling() *relabel.Config {
	config := relabel.DefaultRelabelConfig
	config.TargetLabel = model.JobLabel
	config.Replacement = jobLabel
	return &config
}

// removeServerAttributes drops what would reach a Prometheus store as labels of target_info:
// the address is already the label `instance`.
func removeServerAttributes(metrics pmetric.Metrics) {
	for _, resource := range metrics.ResourceMetrics().All() {
		attributes := resource.Resource().Attributes()
		for _, key := range []string{"server.address", "server.port", "url.scheme"} {
			attributes.Remove(key)
		}
	}
}
