// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"fmt"
	"iter"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/metadata"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/storetest"
)

var stale = math.Float64frombits(value.StaleNaN)

func newStore(t *testing.T) (*storetest.Store, *Batch) {
	t.Helper()
	s := storetest.New(t)
	return s, NewBatch(s.Write)
}

// families is a metadata store in the form that the scrape loop gives.
type families map[string]scrape.MetricMetadata

func (f families) GetMetadata(name string) (scrape.MetricMetadata, bool) {
	m, ok := f[name]
	return m, ok
}
func (f families) ListMetadata() []scrape.MetricMetadata { return nil }
func (f families) SizeMetadata() int                     { return 0 }
func (f families) LengthMetadata() int                   { return len(f) }

func target(instance string, known families) context.Context {
	ls := labels.FromStrings("job", "spcs-nodes", "instance", instance, model.AddressLabel, instance)
	ctx := scrape.ContextWithTarget(context.Background(), scrape.NewTarget(ls, &config.ScrapeConfig{}, nil, nil))
	return scrape.ContextWithMetricMetadataStore(ctx, known)
}

func add(t *testing.T, app storage.AppenderV2, ref storage.SeriesRef, ls labels.Labels, at int64, v float64) storage.SeriesRef {
	t.Helper()
	ref, err := app.Append(ref, ls, 0, at, v, nil, nil, storage.AOptions{})
	require.NoError(t, err)
	require.NotZero(t, ref)
	return ref
}

func named(name string, more ...string) labels.Labels {
	return labels.FromStrings(append([]string{labels.MetricName, name}, more...)...)
}

func TestScrapesOfManyTargetsAreOneValidRequestWithWhatTheFamiliesAre(t *testing.T) {
	store, batch := newStore(t)
	all := NewAppendable(time.Minute, Takers{Batch: batch})
	for i := range 30 {
		ctx := target(fmt.Sprintf("10.0.0.%d:9001", i), families{
			"cpu":  {MetricFamily: "cpu", Type: model.MetricTypeGauge, Help: "Cores", Unit: "cores"},
			"reqs": {Type: model.MetricTypeCounter}, "lat": {Type: model.MetricTypeHistogram, Help: strings.Repeat("x", 5000)},
		})
		app := all.AppenderV2(ctx)
		for j := range 100 {
			add(t, app, 0, named("cpu", "node", fmt.Sprint(i), "n", fmt.Sprint(j)), 1000, float64(j))
		}
		add(t, app, 0, named("reqs_total", "node", fmt.Sprint(i)), 1000, 1)
		add(t, app, 0, named("lat_bucket", "node", fmt.Sprint(i), "long", strings.Repeat("v", 300)), 1000, math.Inf(1))
		add(t, app, 0, named("cpu_total", "node", fmt.Sprint(i)), 1000, 1)
		require.NoError(t, app.Commit())
	}
	batch.Flush()
	require.Len(t, store.Sizes(), 1)
	require.Len(t, store.Names(""), 30*103)
	require.Equal(t, []string{"7@1000"}, store.Text(`{__name__="cpu", n="7", node="29"}`))
	require.Equal(t, metadata.Metadata{Type: "gauge", Help: "Cores", Unit: "cores"}, store.Family("cpu"))
	require.Equal(t, model.MetricTypeCounter, store.Family("reqs_total").Type)
	require.Equal(t, metadata.Metadata{Type: "histogram"}, store.Family("lat_bucket"), "a help text of kilobytes is left out")
	require.Equal(t, model.MetricTypeUnknown, store.Family("cpu_total").Type, "a gauge has no series of that name")
}

func TestABatchIsEmittedAtFourThousandSamplesAfterASecondAndAtTheEnd(t *testing.T) {
	store, batch := newStore(t)
	all := NewAppendable(time.Minute, Takers{Batch: batch})
	go batch.Run()
	fill := func(at int64) {
		app := all.AppenderV2(target("a:1", nil))
		for i := range 3000 {
			add(t, app, 0, named("m", "i", fmt.Sprint(i)), at, 1)
		}
		require.NoError(t, app.Commit())
	}
	fill(1)
	fill(2)
	require.NotEmpty(t, store.Sizes())
	fill(3)
	batch.Stop()
	require.Len(t, store.Text(`{__name__="m", i="2999"}`), 3)
	require.Less(t, len(store.Sizes()), 4)
}

func TestAScrapeThatIsRolledBackLeavesNothingAndItsSeriesCanStillEnd(t *testing.T) {
	store, batch := newStore(t)
	all := NewAppendable(time.Minute, Takers{Batch: batch})
	ctx := target("a:1", nil)
	app := all.AppenderV2(ctx)
	ref := add(t, app, 0, named("m"), 1000, 1)
	require.NoError(t, app.Commit())
	app = all.AppenderV2(ctx)
	add(t, app, ref, named("m"), 2000, 2)
	require.NoError(t, app.Rollback())
	app = all.AppenderV2(ctx)
	_, err := app.Append(ref, named("m"), 0, 2000, stale, nil, nil, storage.AOptions{RejectOutOfOrder: true})
	require.NoError(t, err)
	require.NoError(t, app.Commit())
	batch.Flush()
	require.Equal(t, []string{"1@1000", "stale@2000"}, store.Text(`{__name__="m"}`))
	app = all.AppenderV2(ctx)
	require.NoError(t, app.Commit(), "a scrape without a sample is nothing")
	require.NoError(t, all.AppenderV2(ctx).Rollback())
}

func TestTheFirstSampleOfASeriesIsKeptAndTheSameValueTwiceIsNoFault(t *testing.T) {
	store, batch := newStore(t)
	app := NewAppendable(time.Minute, Takers{Batch: batch}).AppenderV2(target("a:1", nil))
	add(t, app, 0, named("m"), 1000, 1)
	add(t, app, 0, named("m"), 1000, 1)
	_, err := app.Append(0, named("m"), 0, 1000, 2, nil, nil, storage.AOptions{})
	require.ErrorIs(t, err, storage.ErrDuplicateSampleForTimestamp)
	require.NoError(t, app.Commit())
	batch.Flush()
	require.Equal(t, []string{"1@1000"}, store.Text(`{__name__="m"}`))
}

func TestNoTargetSaysOfItselfThatItIsUp(t *testing.T) {
	store, batch := newStore(t)
	app := NewAppendable(time.Minute, Takers{Batch: batch}).AppenderV2(target("a:1", nil))
	add(t, app, 0, named("up"), 1000, 5)
	_, err := app.Append(0, named("up"), 0, 1000, 0, nil, nil, storage.AOptions{MetricFamilyName: "up\xff"})
	require.NoError(t, err)
	require.NoError(t, app.Commit())
	batch.Flush()
	require.Equal(t, []string{"0@1000"}, store.Text(`{__name__="up"}`))
}

func TestWhatCannotBeStoredIsRefusedWithAnError(t *testing.T) {
	_, batch := newStore(t)
	app := NewAppendable(time.Minute, Takers{Batch: batch}).AppenderV2(target("a:1", nil))
	double := labels.NewScratchBuilder(3)
	double.Add(labels.MetricName, "m")
	double.Add("a", "1")
	double.Add("a", "2")
	_, err := app.Append(0, double.Labels(), 0, 1000, 1, nil, nil, storage.AOptions{})
	require.ErrorContains(t, err, `label name "a" is not unique`)
	_, err = app.Append(0, named("m"), 0, 1000, 0, &histogram.Histogram{}, nil, storage.AOptions{})
	require.ErrorIs(t, err, errNativeHistogram)
	require.NoError(t, app.Rollback())
}

// end writes what a scrape loop writes when its target has gone.
func end(t *testing.T, app storage.AppenderV2, ref storage.SeriesRef, ls labels.Labels, at int64) error {
	t.Helper()
	_, first := app.Append(ref, ls, 0, at, stale, nil, nil, storage.AOptions{RejectOutOfOrder: true})
	_, _ = app.Append(0, named("up"), 0, at, stale, nil, nil, storage.AOptions{RejectOutOfOrder: true, MetricFamilyName: "up\xff"})
	_ = app.Commit()
	return first
}

func TestNoEndOfATargetIsWrittenAfterANewerScrapeOfTheSameOne(t *testing.T) {
	store, batch := newStore(t)
	all := NewAppendable(time.Minute, Takers{Batch: batch})
	before, after := target("a:1", nil), target("a:1", nil)
	app := all.AppenderV2(before)
	ref := add(t, app, 0, named("m"), 1000, 1)
	gone := add(t, app, 0, named("gone"), 1000, 1)
	require.NoError(t, app.Commit())
	app = all.AppenderV2(after)
	add(t, app, 0, named("m"), 3000, 3)
	_, err := app.Append(0, named("up"), 0, 3000, 1, nil, nil, storage.AOptions{MetricFamilyName: "up\xff"})
	require.NoError(t, err)
	require.NoError(t, app.Commit())
	app = all.AppenderV2(before)
	require.ErrorIs(t, end(t, app, ref, named("m"), 2000), storage.ErrOutOfOrderSample)
	app = all.AppenderV2(before)
	require.ErrorIs(t, end(t, app, ref, named("m"), 3000), storage.ErrDuplicateSampleForTimestamp)
	app = all.AppenderV2(before)
	require.NoError(t, end(t, app, gone, named("gone"), 2000), "what the newer scrape does not have has ended")
	batch.Flush()
	require.Equal(t, []string{"1@1000", "3@3000"}, store.Text(`{__name__="m"}`))
	require.Equal(t, []string{"1@3000"}, store.Text(`{__name__="up"}`))
	require.Equal(t, []string{"1@1000", "stale@2000"}, store.Text(`{__name__="gone"}`))
	require.Len(t, all.nodes, 1)
}

func TestATargetThatHasEndedIsForgotten(t *testing.T) {
	store, batch := newStore(t)
	all := NewAppendable(time.Minute, Takers{Batch: batch})
	ctx := target("a:1", nil)
	app := all.AppenderV2(ctx)
	ref := add(t, app, 0, named("m"), 1000, 1)
	require.NoError(t, app.Commit())
	require.NoError(t, end(t, all.AppenderV2(ctx), ref, named("m"), 2000))
	require.Empty(t, all.nodes)
	batch.Flush()
	require.Equal(t, []string{"1@1000", "stale@2000"}, store.Text(`{__name__="m"}`))
	for _, instance := range []string{"b:1", "c:1"} {
		app = all.AppenderV2(target(instance, nil))
		add(t, app, 0, named("m"), 1000, 1)
		require.NoError(t, app.Commit())
	}
	for _, n := range all.nodes {
		n.usedAt = time.Now().Add(-2 * time.Minute)
	}
	all.swept = time.Now().Add(-time.Minute)
	app = all.AppenderV2(target("d:1", nil))
	add(t, app, 0, named("m"), 1000, 1)
	require.NoError(t, app.Commit())
	require.Len(t, all.nodes, 1, "also one that ended without a word")
}

func TestSeriesThatAreSeenNoMoreAreForgottenAndTheirReferencesNameNoOther(t *testing.T) {
	store, batch := newStore(t)
	all := NewAppendable(time.Minute, Takers{Batch: batch})
	ctx := target("a:1", nil)
	refs := map[int]storage.SeriesRef{}
	for round := range 10 {
		app := all.AppenderV2(ctx)
		for i := range 200 {
			refs[round*200+i] = add(t, app, 0, named("m", "i", fmt.Sprint(round*200+i)), int64(round+1), 1)
		}
		require.NoError(t, app.Commit())
	}
	for _, n := range all.nodes {
		require.LessOrEqual(t, n.live, 2*200+spareSlots)
		require.LessOrEqual(t, len(n.symbols.numbers), 2*n.live+4)
		require.LessOrEqual(t, len(n.slots), 3*200+spareSlots)
	}
	app := all.AppenderV2(ctx)
	for i, ref := range refs {
		add(t, app, ref, named("m", "i", fmt.Sprint(i)), 100, float64(i))
	}
	require.NoError(t, app.Commit())
	batch.Flush()
	for i := range refs {
		got := store.Text(named("m", "i", fmt.Sprint(i)).String())
		require.Equal(t, fmt.Sprintf("%d@100", i), got[len(got)-1])
	}
}

func TestATypeOrHelpThatChangesIsFollowedAndTakesNoMemory(t *testing.T) {
	store, batch := newStore(t)
	all := NewAppendable(time.Minute, Takers{Batch: batch})
	known := families{}
	ctx := target("a:1", known)
	for round := range 2000 {
		known["m"] = scrape.MetricMetadata{MetricFamily: "m", Type: model.MetricTypeGauge, Help: fmt.Sprint(strings.Repeat("x", 1000), round)}
		app := all.AppenderV2(ctx)
		for i := range 3 {
			add(t, app, 0, named("m", "i", fmt.Sprint(i)), int64(round+1), 1)
		}
		add(t, app, 0, named("nobody_says"), int64(round+1), 1)
		require.NoError(t, app.Commit())
	}
	for _, n := range all.nodes {
		require.Less(t, len(n.symbols.encoded), 4*spareSymbols)
		require.Less(t, len(n.families), 200)
	}
	known["m"] = scrape.MetricMetadata{MetricFamily: "m", Type: model.MetricTypeCounter}
	for round := range familyCheck {
		app := all.AppenderV2(ctx)
		add(t, app, 0, named("m", "i", "1"), int64(3000+round), 1)
		require.NoError(t, app.Commit())
	}
	batch.Flush()
	require.Equal(t, metadata.Metadata{Type: "counter"}, store.Family("m"))
}

func TestWhoeverTakesSamplesOneByOneAndWhoeverNotesScrapesLearnsOfThem(t *testing.T) {
	var taken []Sample
	var noted []Counts
	all := NewAppendable(time.Minute, Takers{
		Consume: func(_ context.Context, samples iter.Seq[Sample]) error {
			for x := range samples {
				taken = append(taken, x)
				break
			}
			return errNativeHistogram
		},
		Note: func(_ *scrape.Target, counts Counts) { noted = append(noted, counts) },
	})
	ctx := target("a:1", families{"m": {MetricFamily: "m", Type: model.MetricTypeGauge}})
	app := all.AppenderV2(ctx)
	add(t, app, 0, named("m"), 1000, 1)
	_, err := app.Append(0, named("m"), 0, 1000, 2, nil, nil, storage.AOptions{})
	require.ErrorIs(t, err, storage.ErrDuplicateSampleForTimestamp)
	for family, v := range map[string]float64{"up": 1, "scrape_samples_post_metric_relabeling": 3} {
		_, err := app.Append(0, named(family), 0, 1000, v, nil, nil, storage.AOptions{MetricFamilyName: family + "\xff"})
		require.NoError(t, err)
	}
	require.ErrorIs(t, app.Commit(), errNativeHistogram, "an error of whoever takes them is that of the scrape")
	require.Equal(t, []Counts{{Published: 3, LeftOut: 2}}, noted)
	require.Equal(t, "m", taken[0].Labels.Get(labels.MetricName))
	require.Equal(t, model.MetricTypeGauge, taken[0].Family.Type)
	require.NoError(t, end(t, all.AppenderV2(ctx), 0, named("m"), 2000))
	require.Len(t, noted, 1, "the end of a target is no scrape")
}

func TestALargeNodeIsSplitAndNoRequestIsLargerThanTheStoreTakes(t *testing.T) {
	store, batch := newStore(t)
	all := NewAppendable(time.Minute, Takers{Batch: batch})
	small := all.AppenderV2(target("small:1", nil))
	add(t, small, 0, named("m"), 1000, 1)
	require.NoError(t, small.Commit())
	large := all.AppenderV2(target("large:1", families{"m": {Type: model.MetricTypeGauge}}))
	for i := range 7500 {
		add(t, large, 0, named("m", "i", fmt.Sprint(i), "v", strings.Repeat("x", 3900)+fmt.Sprint(i)), 1000, 1)
	}
	require.NoError(t, large.Commit())
	batch.Flush()
	require.Len(t, store.Names(""), 7501)
	require.Greater(t, len(store.Sizes()), 3)
	for _, size := range store.Sizes() {
		require.Less(t, size, maxRequest)
	}
	require.LessOrEqual(t, cap(batch.open), maxRequest/4, "the memory of a large request is given back")
}

func BenchmarkAScrapeOfAThousandSeries(b *testing.B) {
	all := NewAppendable(time.Minute, Takers{Batch: NewBatch(func([]byte, int) {})})
	ctx := target("a:1", nil)
	series := make([]labels.Labels, 1000)
	refs := make([]storage.SeriesRef, len(series))
	for i := range series {
		series[i] = named("container_cpu_usage", "snow_compute_pool_name", "POOL", "snow_service_name", fmt.Sprint(i), "instance", "a:1")
	}
	b.ReportAllocs()
	at := int64(0)
	for b.Loop() {
		at += 1000
		app := all.AppenderV2(ctx)
		for i, ls := range series {
			refs[i], _ = app.Append(refs[i], ls, 0, at, float64(i), nil, nil, storage.AOptions{})
		}
		_ = app.Commit()
	}
}
