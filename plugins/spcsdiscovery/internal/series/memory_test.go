// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/metadata"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/stretchr/testify/require"
)

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

func TestASeriesThatTheLibraryFindsAnewKeepsNothingOfItsOldLabels(t *testing.T) {
	_, batch := newStore(t)
	all := NewAppendable(time.Minute, Takers{Batch: batch})
	app := all.AppenderV2(target("a:1", nil))
	before, now := named("m", "l", "x"), named("m", "l", "x")
	require.Equal(t, add(t, app, 0, before, 1, 1), add(t, app, 0, now, 1, 1))
	require.NoError(t, app.Commit())
	for _, n := range all.nodes {
		// As they are shipped, labels are a text of numbers and the table of strings that the numbers stand for.
		kept, wanted := reflect.ValueOf(n.slots[0].labels), reflect.ValueOf(now)
		require.Same(t, place(wanted), place(kept))
		if table := wanted.FieldByName("syms"); table.IsValid() {
			require.Equal(t, table.Pointer(), kept.FieldByName("syms").Pointer())
		}
	}
}

func place(labels reflect.Value) *byte {
	return unsafe.StringData(labels.FieldByName("data").String())
}

func TestAReferenceOfAForgottenTargetNamesNoOtherSeries(t *testing.T) {
	store, batch := newStore(t)
	all := NewAppendable(time.Minute, Takers{Batch: batch})
	ctx := target("a:1", nil)
	refs := map[string]storage.SeriesRef{}
	app := all.AppenderV2(ctx)
	for _, name := range []string{"m", "n"} {
		refs[name] = add(t, app, 0, named(name), 1, 1)
	}
	require.NoError(t, app.Commit())
	// A target that is scraped more seldom than others are forgotten, by its own interval, keeps its references.
	for _, n := range all.nodes {
		n.usedAt = time.Now().Add(-2 * time.Minute)
	}
	all.swept = time.Now().Add(-time.Minute)
	app = all.AppenderV2(ctx)
	add(t, app, refs["n"], named("n"), 2, 7)
	add(t, app, refs["m"], named("m"), 2, 8)
	require.NoError(t, app.Commit())
	batch.Flush()
	require.Equal(t, []string{"1@1", "8@2"}, store.Text(named("m").String()))
	require.Equal(t, []string{"1@1", "7@2"}, store.Text(named("n").String()))
}

func TestATypeOrHelpThatChangesIsFollowedAndTakesNoMemory(t *testing.T) {
	store, batch := newStore(t)
	all := NewAppendable(time.Minute, Takers{Batch: batch})
	known := families{}
	ctx := target("a:1", known)
	for round := range 2000 {
		known["m"] = scrape.MetricMetadata{
			MetricFamily: "m",
			Type:         model.MetricTypeGauge,
			Help:         fmt.Sprint(strings.Repeat("x", 1000), round),
		}
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
		_, err := app.Append(
			0,
			named(family),
			0,
			1000,
			v,
			nil,
			nil,
			storage.AOptions{MetricFamilyName: family + "\xff"},
		)
		require.NoError(t, err)
	}
	require.ErrorIs(t, app.Commit(), errNativeHistogram, "an error of whoever takes them is that of the scrape")
	require.Equal(t, []Counts{{Published: 3, LeftOut: 2}}, noted)
	require.Equal(t, "m", taken[0].Labels.Get(model.MetricNameLabel))
	require.Equal(t, model.MetricTypeGauge, taken[0].Family.Type)
	require.NoError(t, end(t, all.AppenderV2(ctx), 0, named("m"), 2000))
	require.Len(t, noted, 1, "the end of a target does not count as a scrape")
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
	require.LessOrEqual(t, cap(batch.symbols), maxRequest/4, "the memory of a large request is given back")
}

func BenchmarkAScrapeOfAThousandSeries(b *testing.B) {
	all := NewAppendable(time.Minute, Takers{Batch: NewBatch(func([]byte, int) {})})
	ctx := target("a:1", nil)
	series := make([]labels.Labels, 1000)
	refs := make([]storage.SeriesRef, len(series))
	for i := range series {
		series[i] = named(
			"container_cpu_usage",
			"snow_compute_pool_name",
			"POOL",
			"snow_service_name",
			fmt.Sprint(i),
			"instance",
			"a:1",
		)
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
