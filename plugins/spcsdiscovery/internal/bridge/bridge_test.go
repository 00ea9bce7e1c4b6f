// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package bridge

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/scrape"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pmetric"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/series"
)

var stale = math.Float64frombits(value.StaleNaN)

// one returns a sample of a family; more are the names and values of labels.
func one(kind model.MetricType, family, name string, v float64, more ...string) series.Sample {
	ls := labels.FromStrings(
		append([]string{model.MetricNameLabel, name, "job", "spcs-nodes", "instance", "a:1"}, more...)...)
	return series.Sample{
		Labels: ls,
		Family: &scrape.MetricMetadata{MetricFamily: family, Type: kind, Help: "Help", Unit: "seconds"},
		Time:   1000,
		Value:  v,
	}
}

// text writes metrics in short words, one a line and sorted.
func text(t *testing.T, samples ...series.Sample) string {
	t.Helper()
	metrics := Convert(slices.Values(samples), Scope{"scope", "1"})
	var lines []string
	for _, rm := range metrics.ResourceMetrics().All() {
		for _, m := range rm.ScopeMetrics().At(0).Metrics().All() {
			for _, point := range points(m) {
				lines = append(lines, fmt.Sprintf("%s %s %s", m.Name(), m.Type(), point))
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func points(m pmetric.Metric) (texts []string) {
	add := func(attributes map[string]any, start, at any, more ...any) {
		written, _ := json.Marshal(attributes)
		texts = append(
			texts,
			strings.TrimSpace(
				fmt.Sprintf("%s %v-%v %s", written, start, at, strings.Trim(fmt.Sprint(more...), "[]")),
			),
		)
	}
	switch m.Type() {
	case pmetric.MetricTypeHistogram:
		for _, p := range m.Histogram().DataPoints().All() {
			add(
				p.Attributes().AsRaw(),
				uint64(p.StartTimestamp()),
				uint64(p.Timestamp()),
				p.Count(),
				" ",
				p.Sum(),
				p.HasSum(),
				" ",
				p.ExplicitBounds().AsRaw(),
				p.BucketCounts().AsRaw(),
				p.Flags().NoRecordedValue(),
			)
		}
	case pmetric.MetricTypeSummary:
		for _, p := range m.Summary().DataPoints().All() {
			quantiles := map[float64]float64{}
			for _, q := range p.QuantileValues().All() {
				quantiles[q.Quantile()] = q.Value()
			}
			add(
				p.Attributes().AsRaw(),
				uint64(p.StartTimestamp()),
				uint64(p.Timestamp()),
				p.Count(),
				" ",
				p.Sum(),
				" ",
				quantiles,
				p.Flags().NoRecordedValue(),
			)
		}
	default:
		for _, p := range numbersOf(m).All() {
			add(
				p.Attributes().AsRaw(),
				uint64(p.StartTimestamp()),
				uint64(p.Timestamp()),
				p.DoubleValue(),
				p.Flags().NoRecordedValue(),
			)
		}
	}
	return texts
}

func TestEachKindOfSampleBecomesItsKindOfPoint(t *testing.T) {
	const h, s, c = model.MetricTypeHistogram, model.MetricTypeSummary, model.MetricTypeCounter
	for name, test := range map[string]struct {
		samples []series.Sample
		want    string
	}{
		"a gauge":        {[]series.Sample{one("gauge", "g", "g", 1, "k", "v")}, `g Gauge {"k":"v"} 0-1000000000 1 false`},
		"an untyped one": {[]series.Sample{one("unknown", "u", "u", 1)}, `u Gauge {} 0-1000000000 1 false`},
		"a stateset": {[]series.Sample{one("stateset", "st", "st", 1, "st", "a")},
			`st Sum {"st":"a"} 0-1000000000 1 false`},
		"one that ended": {[]series.Sample{one("gauge", "g", "g", stale)}, `g Gauge {} 0-1000000000 0 true`},
		"an odd value":   {[]series.Sample{one("gauge", "g", "g", math.Inf(-1))}, `g Gauge {} 0-1000000000 -Inf false`},
		"a counter with its start": {[]series.Sample{one(c, "c", "c_created", 1.5, "k", "v"),
			one(c, "c", "c_total", 2, "k", "v")},
			`c_total Sum {"k":"v"} 1500000000-1000000000 2 false`},
		"a start alone": {[]series.Sample{one(c, "c", "c_created", 1.5)}, `c_created Gauge {} 0-1000000000 1.5 false`},
		"a start that is none": {[]series.Sample{one(c, "c", "c_created", math.NaN()), one(c, "c", "c_total", 2)},
			`c_total Sum {} 0-1000000000 2 false`},
		"what a target says": {[]series.Sample{one("gauge", "target_info", "target_info", 1)}, ``},
		"a histogram": {[]series.Sample{one(h, "h", "h_bucket", 3, "le", "+Inf"), one(h, "h", "h_bucket", 2, "le", "1"),
			one(h, "h", "h_sum", 9), one(h, "h", "h_count", 3), one(h, "h", "h_created", 1)},
			`h Histogram {} 1000000000-1000000000 3 9 true [1] [2 1] false`},
		"a histogram sans sum": {[]series.Sample{one(h, "h", "h_count", 3)},
			`h Histogram {} 0-1000000000 3 0 false [] [3] false`},
		"a histogram that ended": {[]series.Sample{one(h, "h", "h_bucket", stale, "le", "1"),
			one(h, "h", "h_bucket", stale, "le", "+Inf"), one(h, "h", "h_count", stale)},
			`h Histogram {} 0-1000000000 0 0 false [1] [0 0] true`},
		"a bucket that ended": {[]series.Sample{one(h, "h", "h_bucket", stale, "le", "1"), one(h, "h", "h_count", 4)},
			`h Histogram {} 0-1000000000 4 0 false [] [4] false`},
		"a summary": {[]series.Sample{one(s, "s", "s", 0.5, "quantile", "0.9"), one(s, "s", "s_sum", 2),
			one(s, "s", "s_count", 4), one(s, "s", "s_created", 1)},
			`s Summary {} 1000000000-1000000000 4 2 map[0.9:0.5] false`},
		"a summary that ended": {[]series.Sample{one(s, "s", "s", stale, "quantile", "0.9"), one(s, "s", "s_count", stale)},
			`s Summary {} 0-1000000000 0 0 map[0.9:0] true`},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, text(t, test.samples...)) })
	}
}

func TestWhatIsNoValidHistogramOrSummaryIsKeptAsNumbers(t *testing.T) {
	const h, s = model.MetricTypeHistogram, model.MetricTypeSummary
	count := one(h, "h", "h_count", 3)
	for name, samples := range map[string][]series.Sample{
		"buckets that fall":    {one(h, "h", "h_bucket", 5, "le", "1"), one(h, "h", "h_bucket", 3, "le", "2"), count},
		"more than the count":  {one(h, "h", "h_bucket", 5, "le", "1"), count},
		"another infinity":     {one(h, "h", "h_bucket", 2, "le", "+Inf"), count},
		"no count":             {one(h, "h", "h_bucket", 5, "le", "1"), one(h, "h", "h_sum", 1)},
		"fractions":            {one(h, "h", "h_bucket", 1.5, "le", "1"), one(h, "h", "h_count", 1.5)},
		"a negative count":     {one(h, "h", "h_count", -1)},
		"no number":            {one(h, "h", "h_bucket", math.NaN(), "le", "1"), count},
		"one bound twice":      {one(h, "h", "h_bucket", 1, "le", "1"), one(h, "h", "h_bucket", 1, "le", "1.0"), count},
		"a bound of no number": {one(h, "h", "h_bucket", 1, "le", "NaN"), count},
		"no bound":             {one(h, "h", "h_bucket", 1), one(h, "h", "h", 1, "k", "v")},
		"a summary sans count": {one(s, "s", "s", 1, "quantile", "0.5"), one(s, "s", "s_sum", 1)},
		"a summary sans q":     {one(s, "s", "s", 1), one(s, "s", "s_bucket", 1, "le", "1")},
		"a quantile twice": {one(s, "s", "s", 1, "quantile", "0.5"),
			one(s, "s", "s", 1, "quantile", "0.50"), one(s, "s", "s_count", 1)},
		"a gauge histogram": {one("gaugehistogram", "gh", "gh_bucket", 1, "le", "1"),
			one("gaugehistogram", "gh", "gh_gsum", 1)},
		"an odd name":           {one(h, "h", "other", 1)},
		"an ended one of those": {one(h, "h", "h_bucket", stale), one(s, "s", "s", stale)},
	} {
		t.Run(name, func(t *testing.T) {
			lines := strings.Split(text(t, samples...), "\n")
			require.Len(t, lines, len(samples))
			for _, line := range lines {
				require.Contains(t, line, " Gauge ")
			}
		})
	}
}

func TestNamesOfTheTargetBecomeTheResourceAndNothingElse(t *testing.T) {
	other := labels.FromStrings(model.MetricNameLabel, "m", "otel_scope_name", "kept")
	things := &scrape.MetricMetadata{MetricFamily: "m", Type: "gauge", Unit: "things"}
	metrics := Convert(slices.Values([]series.Sample{
		one("gauge", "m", "m", 1),
		{Labels: other, Family: things, Time: 1000},
		one("gauge", "m", "m", 2, "k", "v"),
		one("gauge", series.TargetInfo, series.TargetInfo, 1),
		one("gauge", series.TargetInfo, series.TargetInfo, math.Float64frombits(value.StaleNaN)),
	}), Scope{"scope", "1"})
	require.Equal(t, 2, metrics.ResourceMetrics().Len())
	first, second := metrics.ResourceMetrics().At(0), metrics.ResourceMetrics().At(1)
	require.Equal(
		t,
		map[string]any{"service.name": "spcs-nodes", "service.instance.id": "a:1"},
		first.Resource().Attributes().AsRaw(),
	)
	require.Empty(t, second.Resource().Attributes().AsRaw())
	m := first.ScopeMetrics().At(0).Metrics().At(0)
	require.Equal(
		t,
		[]string{"Help", "s", "scope", "1"},
		[]string{
			m.Description(),
			m.Unit(),
			first.ScopeMetrics().At(0).Scope().Name(),
			first.ScopeMetrics().At(0).Scope().Version(),
		},
	)
	require.Equal(t, 2, m.Gauge().DataPoints().Len())
	kept := second.ScopeMetrics().At(0).Metrics().At(0)
	require.Equal(t, "things", kept.Unit())
	require.Equal(
		t,
		[]string{"otel_scope_name"},
		slices.Collect(maps.Keys(kept.Gauge().DataPoints().At(0).Attributes().AsRaw())),
	)
}
