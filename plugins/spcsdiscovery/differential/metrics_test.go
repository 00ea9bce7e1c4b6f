// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package differential

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/prometheusreceiver"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery"
)

// metricDifferences are the bodies of which ours emits something else than the standard Prometheus receiver.
var metricDifferences = map[string]string{
	"buckets that fall":             "kept as numbers; the standard receiver drops the histogram",
	"more than the count":           "the same",
	"infinity above the count":      "kept as numbers; the standard receiver trusts the count",
	"histogram sans count":          "kept as numbers; the standard receiver drops the histogram",
	"histogram of fractions":        "kept as numbers; the standard receiver cuts the fractions off",
	"histogram of negative counts":  "kept as numbers; the standard receiver wraps or drops them",
	"histogram with no number":      "kept as numbers; the standard receiver drops the histogram",
	"histogram, one bound twice":    "kept as numbers; the standard receiver emits one bound twice",
	"histogram, le of words":        "kept as numbers; the standard receiver drops the bucket",
	"histogram sans le":             "kept as numbers; the standard receiver drops them",
	"summary sans count":            "kept as numbers; the standard receiver drops the summary",
	"summary of fractions":          "kept as numbers; the standard receiver cuts the fractions off",
	"summary sans quantile label":   "kept as a number; the standard receiver drops it",
	"a time to come":                "more than ten minutes ahead: left out, and the node is named",
	"target_info with dots":         "not the node's to say; the standard receiver takes job and instance from it",
	"scope labels":                  "kept as attributes; the standard receiver drops them, and one of the series",
	"otel_scope_info":               "the same",
	"an empty label makes it twice": "the first value is kept; the standard receiver keeps the last",
	"labels in another order":       "the same",
	"gauge becomes histogram":       "the gauge has ended; the standard receiver emits a histogram without points",
	"type after samples":            "the type counts from the first scrape on",
	"OpenMetrics info":              "keeps its name; the standard receiver takes `_info` off",
	"OpenMetrics gauge histogram":   "keeps the names of its series; the standard receiver takes the endings off",
	"OpenMetrics created alone":     "kept as a number; the standard receiver drops it",
}

// latest holds, for each address, the last point of each metric by its name, kind and attributes.
type latest map[string]map[string]string

func (l latest) add(metrics pmetric.Metrics) {
	for _, rm := range metrics.ResourceMetrics().All() {
		instance, _ := rm.Resource().Attributes().Get("service.instance.id")
		if l[instance.Str()] == nil {
			l[instance.Str()] = map[string]string{}
		}
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				l.addMetric(instance.Str(), m)
			}
		}
	}
}

func (l latest) addMetric(instance string, m pmetric.Metric) {
	// Both have these with values of their own.
	if strings.HasPrefix(m.Name(), "scrape_") {
		return
	}
	put := func(attributes pcommon.Map, flags pmetric.DataPointFlags, words ...any) {
		key := fmt.Sprint(m.Name(), " ", m.Type(), " ", attributes.AsRaw())
		if flags.NoRecordedValue() {
			l[instance][key] = "no recorded value"
			return
		}
		l[instance][key] = fmt.Sprint(append(words, m.Unit())...)
	}
	switch m.Type() {
	case pmetric.MetricTypeGauge:
		for _, p := range m.Gauge().DataPoints().All() {
			put(p.Attributes(), p.Flags(), p.DoubleValue(), " ", p.StartTimestamp().AsTime())
		}
	case pmetric.MetricTypeSum:
		for _, p := range m.Sum().DataPoints().All() {
			put(
				p.Attributes(),
				p.Flags(),
				p.DoubleValue(),
				" ",
				p.StartTimestamp().AsTime(),
				m.Sum().IsMonotonic(),
				m.Sum().AggregationTemporality(),
			)
		}
	case pmetric.MetricTypeHistogram:
		for _, p := range m.Histogram().DataPoints().All() {
			put(
				p.Attributes(),
				p.Flags(),
				p.Count(),
				" ",
				p.Sum(),
				p.HasSum(),
				p.BucketCounts().AsRaw(),
				p.ExplicitBounds().AsRaw(),
				" ",
				p.StartTimestamp().AsTime(),
			)
		}
	case pmetric.MetricTypeSummary:
		for _, p := range m.Summary().DataPoints().All() {
			var quantiles []string
			for _, q := range p.QuantileValues().All() {
				quantiles = append(quantiles, fmt.Sprint(q.Quantile(), "=", q.Value()))
			}
			put(p.Attributes(), p.Flags(), p.Count(), " ", p.Sum(), quantiles, " ", p.StartTimestamp().AsTime())
		}
	default:
		put(pcommon.NewMap(), 0, "no points")
	}
}

func startMetrics(t *testing.T, factory receiver.Factory, cfg component.Config) *consumertest.MetricsSink {
	t.Helper()
	sink := new(consumertest.MetricsSink)
	rcv, err := factory.CreateMetrics(context.Background(), receivertest.NewNopSettings(factory.Type()), cfg, sink)
	require.NoError(t, err)
	require.NoError(t, rcv.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, rcv.Shutdown(context.Background())) })
	return sink
}

// standardConfig scrapes the nodes with what the shipped receiver does on purpose: no times, no dots, the same rules.
func standardConfig(t *testing.T, nodes []node, ours component.Config) component.Config {
	t.Helper()
	var targets []any
	for _, n := range nodes {
		targets = append(targets, n.address)
	}
	var rules []any
	for _, rule := range ours.(*spcsdiscovery.Config).MetricRelabelConfigs {
		rules = append(rules, rule)
	}
	cfg := prometheusreceiver.NewFactory().CreateDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(map[string]any{
		"discovery_reload_on_startup": true,
		"config": map[string]any{"scrape_configs": []any{map[string]any{
			"job_name": "spcs-nodes", "scrape_interval": interval.String(), "scrape_timeout": interval.String(),
			"honor_timestamps":            false,
			"metric_name_escaping_scheme": "underscores", "fallback_scrape_protocol": "PrometheusText0.0.4",
			"label_limit": 200, "label_value_length_limit": 4096, "metric_relabel_configs": rules,
			"static_configs": []any{map[string]any{"targets": targets}},
		}}},
	}).Unmarshal(cfg))
	return cfg
}

func TestTheMetricsAreThoseOfTheStandardPrometheusReceiver(t *testing.T) {
	all := bodies()
	nodes, dns, pools := startNodes(t, all)
	cfg := receiverConfig(t, dns.Addr, pools, interval)
	standard := startMetrics(t, prometheusreceiver.NewFactory(), standardConfig(t, nodes, cfg))
	ours := startMetrics(t, spcsdiscovery.NewFactory(), cfg)
	waitForPoint(t, nodes[0].address, "1 ", standard, ours)
	time.Sleep(2 * interval)
	wantFirst, gotFirst := read(standard), read(ours)
	nodes[0].second.Store(true)
	waitForPoint(t, nodes[0].address, "2 ", standard, ours)
	time.Sleep(2 * interval)
	wantSecond, gotSecond := read(standard), read(ours)
	for _, n := range nodes {
		t.Run(n.name, func(t *testing.T) {
			want := []map[string]string{wantFirst[n.address], wantSecond[n.address]}
			got := []map[string]string{gotFirst[n.address], gotSecond[n.address]}
			if reason, listed := metricDifferences[n.name]; listed {
				require.NotEqual(t, want, got, "no difference: take it off the list (%s)", reason)
				return
			}
			require.Equal(t, want, got)
		})
	}
	for name := range metricDifferences {
		require.True(
			t,
			slices.ContainsFunc(all, func(b body) bool { return b.name == name }),
			"no body is called %q",
			name,
		)
	}
}

func read(sink *consumertest.MetricsSink) latest {
	found := latest{}
	for _, metrics := range sink.AllMetrics() {
		found.add(metrics)
	}
	return found
}

// waitForPoint returns when all have the value of the first body's gauge, and `up` of every node.
func waitForPoint(t *testing.T, address, value string, sinks ...*consumertest.MetricsSink) {
	t.Helper()
	for _, sink := range sinks {
		require.Eventually(t, func() bool {
			found := read(sink)
			for _, points := range found {
				if _, up := points["up Gauge map[]"]; !up {
					return false
				}
			}
			return strings.HasPrefix(found[address]["g Gauge map[]"], value) && len(found) >= len(bodies())
		}, 120*time.Second, 500*time.Millisecond)
	}
}
