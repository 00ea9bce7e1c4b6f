// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package bridge

import (
	"math"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/value"
	"go.opentelemetry.io/collector/pdata/pmetric"
)

// addHistograms makes one metric of a family; an invalid histogram stays numbers.
func (r *resource) addHistograms(f *family) {
	var points pmetric.HistogramDataPointSlice
	begun := false
	for _, p := range f.order {
		p.settle()
		if !p.ended && !p.isHistogram() {
			r.keep(p)
			continue
		}
		if !begun {
			histogram := r.newMetric(f.metadata.MetricFamily, f.metadata).SetEmptyHistogram()
			histogram.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
			points, begun = histogram.DataPoints(), true
		}
		p.fillHistogram(points.AppendEmpty())
	}
}

// isHistogram returns whether the buckets rise to the count, all of them whole numbers.
func (p *point) isHistogram() bool {
	count := p.of(p.count)
	if !isCount(count) || !p.sorted() {
		return false
	}
	before := 0.0
	for _, s := range p.steps {
		if !isCount(s.value) || s.value < before || math.IsInf(s.bound, 1) && s.value != count {
			return false
		}
		before = s.value
	}
	return before <= count
}

func (p *point) fillHistogram(to pmetric.HistogramDataPoint) {
	to.SetTimestamp(timestamp(p.parts[0].Time))
	to.SetStartTimestamp(p.start())
	putAttributes(to.Attributes(), p.parts[0].Labels, model.BucketLabel)
	if p.ended {
		to.SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
		p.fillEnded(to)
		return
	}
	count := p.of(p.count)
	to.SetCount(uint64(count))
	if sum := p.of(p.sum); !value.IsStaleNaN(sum) {
		to.SetSum(sum)
	}
	before := 0.0
	for _, s := range p.steps {
		if math.IsInf(s.bound, 1) {
			break
		}
		to.ExplicitBounds().Append(s.bound)
		to.BucketCounts().Append(uint64(s.value - before))
		before = s.value
	}
	to.BucketCounts().Append(uint64(count - before))
}

// fillEnded names the bounds, so that the end of each bucket can be written down.
func (p *point) fillEnded(to pmetric.HistogramDataPoint) {
	to.BucketCounts().Append(0)
	if !p.sorted() {
		return
	}
	for _, s := range p.steps {
		if !math.IsInf(s.bound, 1) {
			to.ExplicitBounds().Append(s.bound)
			to.BucketCounts().Append(0)
		}
	}
}

// addSummaries makes one metric of a family; an invalid summary stays numbers.
func (r *resource) addSummaries(f *family) {
	var points pmetric.SummaryDataPointSlice
	begun := false
	for _, p := range f.order {
		p.settle()
		if !p.ended && (!isCount(p.of(p.count)) || !p.sorted()) {
			r.keep(p)
			continue
		}
		if !begun {
			points, begun = r.newMetric(f.metadata.MetricFamily, f.metadata).SetEmptySummary().DataPoints(), true
		}
		p.fillSummary(points.AppendEmpty())
	}
}

func (p *point) fillSummary(to pmetric.SummaryDataPoint) {
	to.SetTimestamp(timestamp(p.parts[0].Time))
	to.SetStartTimestamp(p.start())
	putAttributes(to.Attributes(), p.parts[0].Labels, model.QuantileLabel)
	if p.ended {
		to.SetFlags(pmetric.DefaultDataPointFlags.WithNoRecordedValue(true))
		for _, s := range p.steps {
			to.QuantileValues().AppendEmpty().SetQuantile(s.bound)
		}
		return
	}
	to.SetCount(uint64(p.of(p.count)))
	if sum := p.of(p.sum); !value.IsStaleNaN(sum) {
		to.SetSum(sum)
	}
	for _, s := range p.steps {
		quantile := to.QuantileValues().AppendEmpty()
		quantile.SetQuantile(s.bound)
		quantile.SetValue(s.value)
	}
}
