// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package bridge makes OpenTelemetry metrics of the samples of a scrape, for any exporter of the collector.
package bridge

import (
	"iter"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/scrape"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/series"
)

// Scope names who has made the metrics.
type Scope struct{ Name, Version string }

// Convert returns the metrics of one scrape. `job` and `instance` become the
// resource's service name and instance, all other labels attributes. What cannot be part of a valid histogram or
// summary is kept as plain numbers under the names of its series, so that nothing is left out but
// target_info: what it says of a resource is not the node's to say, and exporters make their own.
func Convert(samples iter.Seq[series.Sample], scope Scope) pmetric.Metrics {
	c := &conversion{metrics: pmetric.NewMetrics(), scope: scope, resources: map[identity]*resource{}}
	for x := range samples {
		c.add(x)
	}
	for _, r := range c.order {
		r.finish()
	}
	return c.metrics
}

type conversion struct {
	metrics   pmetric.Metrics
	scope     Scope
	resources map[identity]*resource
	order     []*resource
	last      *resource
}

// identity is what OpenTelemetry distinguishes services by.
type identity struct{ job, instance string }

func (c *conversion) add(x series.Sample) {
	name := x.Labels.Get(model.MetricNameLabel)
	if name == series.TargetInfo {
		return
	}
	of := identity{x.Labels.Get(model.JobLabel), x.Labels.Get(model.InstanceLabel)}
	if c.last == nil || c.last.identity != of {
		c.last = c.resource(of)
	}
	c.last.add(name, x)
}

func (c *conversion) resource(of identity) *resource {
	if known := c.resources[of]; known != nil {
		return known
	}
	rm := c.metrics.ResourceMetrics().AppendEmpty()
	for key, text := range map[string]string{"service.name": of.job, "service.instance.id": of.instance} {
		if text != "" {
			rm.Resource().Attributes().PutStr(key, text)
		}
	}
	sm := rm.ScopeMetrics().AppendEmpty()
	sm.Scope().SetName(c.scope.Name)
	sm.Scope().SetVersion(c.scope.Version)
	r := &resource{
		identity: of,
		metrics:  sm.Metrics(),
		numbers:  map[string]pmetric.Metric{},
		families: map[string]*family{},
	}
	c.resources[of] = r
	c.order = append(c.order, r)
	return r
}

// resource holds the metrics of one service.
type resource struct {
	identity
	metrics pmetric.MetricSlice
	// numbers are the metrics whose points are single numbers, by name.
	numbers map[string]pmetric.Metric
	// families are those of several series for each point: histograms, summaries, and counters with their starts.
	families map[string]*family
	order    []*family
}

func (r *resource) add(name string, x series.Sample) {
	switch x.Family.Type {
	case model.MetricTypeHistogram, model.MetricTypeSummary:
		if part := partOf(name, x); part != partNone {
			r.family(x).add(part, name, x)
			return
		}
	case model.MetricTypeCounter:
		if isCreated(name, x.Family) {
			r.family(x).add(partCreated, name, x)
			return
		}
	}
	r.addNumber(name, kindOf(x.Family.Type), x)
}

func (r *resource) family(x series.Sample) *family {
	known := r.families[x.Family.MetricFamily]
	if known == nil {
		known = &family{metadata: x.Family, points: map[uint64]*point{}}
		r.families[x.Family.MetricFamily] = known
		r.order = append(r.order, known)
	}
	return known
}

func (r *resource) finish() {
	for _, f := range r.order {
		switch f.metadata.Type {
		case model.MetricTypeHistogram:
			r.addHistograms(f)
		case model.MetricTypeSummary:
			r.addSummaries(f)
		default:
			r.setStarts(f)
		}
	}
}

// kind is how a number counts.
type kind int

const (
	gauge kind = iota
	counter
	// state is a number that says something about itself, as that of an info metric.
	state
)

func kindOf(t model.MetricType) kind {
	switch t {
	case model.MetricTypeCounter:
		return counter
	case model.MetricTypeInfo, model.MetricTypeStateset:
		return state
	}
	return gauge
}

func (r *resource) addNumber(name string, k kind, x series.Sample) {
	m, known := r.numbers[name]
	if !known {
		m = r.newMetric(name, x.Family)
		switch k {
		case gauge:
			m.SetEmptyGauge()
		default:
			sum := m.SetEmptySum()
			sum.SetIsMonotonic(k == counter)
			sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		}
		r.numbers[name] = m
	}
	p := numbersOf(m).AppendEmpty()
	p.SetTimestamp(timestamp(x.Time))
	if value.IsStaleNaN(x.Value) {
		p.SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
	} else {
		p.SetDoubleValue(x.Value)
	}
	putAttributes(p.Attributes(), x.Labels, "")
}

func numbersOf(m pmetric.Metric) pmetric.NumberDataPointSlice {
	if m.Type() == pmetric.MetricTypeSum {
		return m.Sum().DataPoints()
	}
	return m.Gauge().DataPoints()
}

func (r *resource) newMetric(name string, of *scrape.MetricMetadata) pmetric.Metric {
	m := r.metrics.AppendEmpty()
	m.SetName(name)
	m.SetDescription(of.Help)
	m.SetUnit(unit(of.Unit))
	// As the translators to Prometheus's formats expect it.
	m.Metadata().PutStr("prometheus.type", string(of.Type))
	return m
}

func putAttributes(attributes pcommon.Map, ls labels.Labels, except string) {
	attributes.EnsureCapacity(ls.Len())
	ls.Range(func(l labels.Label) {
		switch l.Name {
		case model.MetricNameLabel, model.JobLabel, model.InstanceLabel, except:
		default:
			attributes.PutStr(l.Name, l.Value)
		}
	})
}

func timestamp(ms int64) pcommon.Timestamp { return pcommon.Timestamp(ms * 1e6) }

// unit returns the sign that OpenTelemetry uses for a unit that Prometheus spells out.
func unit(word string) string {
	signs := map[string]string{
		"days": "d", "hours": "h", "minutes": "min", "seconds": "s",
		"milliseconds": "ms", "microseconds": "us", "nanoseconds": "ns",
		"bytes": "By", "kibibytes": "KiBy", "mebibytes": "MiBy", "gibibytes": "GiBy", "tibibytes": "TiBy",
		"kilobytes": "KBy", "megabytes": "MBy", "gigabytes": "GBy", "terabytes": "TBy",
		"meters": "m", "volts": "V", "amperes": "A", "joules": "J", "watts": "W", "grams": "g",
		"celsius": "Cel", "hertz": "Hz", "ratio": "1", "percent": "%",
		// Words of the scrape library for what has no unit.
		"targets": "", "samples": "", "series": "",
	}
	if sign, ok := signs[word]; ok {
		return sign
	}
	return word
}

func isCreated(name string, of *scrape.MetricMetadata) bool {
	family, ok := strings.CutSuffix(name, "_created")
	return ok && family == strings.TrimSuffix(of.MetricFamily, "_total")
}
