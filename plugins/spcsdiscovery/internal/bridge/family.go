// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package bridge

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/scrape"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/series"
)

// part is what a series is of a histogram or a summary.
type part int

const (
	partNone part = iota
	partSum
	partCount
	partCreated
	// partStep is a bucket or a quantile.
	partStep
)

// stepLabel is the label that buckets and quantiles have beside those of their point.
func stepLabel(t model.MetricType) string {
	if t == model.MetricTypeSummary {
		return model.QuantileLabel
	}
	return model.BucketLabel
}

func partOf(name string, x series.Sample) part {
	family := x.Family.MetricFamily
	step := x.Labels.Get(stepLabel(x.Family.Type))
	switch name {
	case family + "_sum":
		return partSum
	case family + "_count":
		return partCount
	case family + "_created":
		return partCreated
	case family + "_bucket":
		if x.Family.Type != model.MetricTypeHistogram {
			return partNone
		}
	case family:
		if x.Family.Type != model.MetricTypeSummary {
			return partNone
		}
	default:
		return partNone
	}
	if _, err := strconv.ParseFloat(step, 64); err != nil {
		return partNone
	}
	return partStep
}

// family gathers the series of one family by the labels of their points.
type family struct {
	metadata *scrape.MetricMetadata
	points   map[uint64]*point
	order    []*point
	buffer   []byte
}

// point is the series that make one point of a histogram or a summary.
type point struct {
	parts []named
	steps []step
	// count, sum and created are places in parts, or -1.
	count, sum, created int
	// ended is set when nothing of the point is left, and started when its start was given to a counter.
	ended, started bool
}

// named is a sample that can still become a plain number.
type named struct {
	name string
	series.Sample
}

type step struct{ bound, value float64 }

func (f *family) add(p part, name string, x series.Sample) {
	hash := f.hash(x.Labels)
	to := f.points[hash]
	if to == nil {
		to = &point{count: -1, sum: -1, created: -1}
		f.points[hash] = to
		f.order = append(f.order, to)
	}
	at := len(to.parts)
	to.parts = append(to.parts, named{name, x})
	switch p {
	case partCount:
		to.count = at
	case partSum:
		to.sum = at
	case partCreated:
		to.created = at
	case partStep:
		bound, _ := strconv.ParseFloat(x.Labels.Get(stepLabel(f.metadata.Type)), 64)
		to.steps = append(to.steps, step{bound, x.Value})
	}
}

// hash identifies points by their labels without the name and the step.
func (f *family) hash(ls labels.Labels) (hash uint64) {
	without := model.MetricNameLabel
	if f.metadata.Type != model.MetricTypeCounter {
		hash, f.buffer = ls.HashWithoutLabels(f.buffer, without, stepLabel(f.metadata.Type))
		return hash
	}
	hash, f.buffer = ls.HashWithoutLabels(f.buffer, without)
	return hash
}

// of returns the value of a part, a marker of staleness where it is absent.
func (p *point) of(part int) float64 {
	if part < 0 {
		return math.Float64frombits(value.StaleNaN)
	}
	return p.parts[part].Value
}

// settle finds out whether the point has ended. If not, a bucket that has gone does not count among those left.
func (p *point) settle() {
	p.ended = !slices.ContainsFunc(p.parts, func(x named) bool { return !value.IsStaleNaN(x.Value) })
	if !p.ended {
		p.steps = slices.DeleteFunc(p.steps, func(s step) bool { return value.IsStaleNaN(s.value) })
	}
}

// sorted puts the steps in order and returns whether their bounds rise.
func (p *point) sorted() bool {
	slices.SortFunc(p.steps, func(a, b step) int { return cmp.Compare(a.bound, b.bound) })
	for i, s := range p.steps {
		if math.IsNaN(s.bound) || i > 0 && p.steps[i-1].bound == s.bound {
			return false
		}
	}
	return true
}

// start returns when counting began, as far as the target says.
func (p *point) start() pcommon.Timestamp {
	if p.created < 0 {
		return 0
	}
	return startTime(p.parts[p.created].Value)
}

func startTime(seconds float64) pcommon.Timestamp {
	if !(seconds > 0 && seconds < math.MaxInt64/1e9) {
		return 0
	}
	whole := math.Floor(seconds)
	return pcommon.Timestamp(int64(whole)*1e9 + int64((seconds-whole)*1e9))
}

// isCount returns whether it is a number that a histogram or a summary can count with.
func isCount(v float64) bool { return v >= 0 && v < 1<<63 && v == math.Trunc(v) }

// keep makes plain numbers of the parts of a point.
func (r *resource) keep(p *point) {
	for _, x := range p.parts {
		r.addNumber(x.name, gauge, x.Sample)
	}
}

// setStarts gives the points of counters their start; a start without a counter is kept as a number.
func (r *resource) setStarts(f *family) {
	for _, name := range []string{f.metadata.MetricFamily, f.metadata.MetricFamily + "_total"} {
		m, known := r.numbers[name]
		if !known || m.Type() != pmetric.MetricTypeSum {
			continue
		}
		for _, number := range m.Sum().DataPoints().All() {
			if p := f.points[f.hashOf(number.Attributes(), r.identity)]; p != nil {
				number.SetStartTimestamp(p.start())
				p.started = true
			}
		}
	}
	for _, p := range f.order {
		if !p.started {
			r.keep(p)
		}
	}
}

// hashOf returns the hash that the labels had of which attributes were made.
func (f *family) hashOf(attributes pcommon.Map, of identity) uint64 {
	builder := labels.NewScratchBuilder(attributes.Len() + 2)
	for name, v := range attributes.All() {
		builder.Add(name, v.Str())
	}
	for name, v := range map[string]string{model.JobLabel: of.job, model.InstanceLabel: of.instance} {
		if v != "" {
			builder.Add(name, v)
		}
	}
	builder.Sort()
	return f.hash(builder.Labels())
}
