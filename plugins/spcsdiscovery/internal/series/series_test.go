// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/metadata"
	"github.com/prometheus/prometheus/storage"
	"github.com/stretchr/testify/require"
)

func TestScrapesOfManyTargetsAreOneValidRequestWithWhatTheFamiliesAre(t *testing.T) {
	store, batch := newStore(t)
	all := NewAppendable(time.Minute, Takers{Batch: batch})
	for i := range 30 {
		ctx := target(fmt.Sprintf("10.0.0.%d:9001", i), families{
			"cpu": {MetricFamily: "cpu", Type: model.MetricTypeGauge, Help: "Cores", Unit: "cores"},
			"reqs": {
				Type: model.MetricTypeCounter,
			}, "lat": {Type: model.MetricTypeHistogram, Help: strings.Repeat("x", 5000)},
		})
		app := all.AppenderV2(ctx)
		for j := range 100 {
			add(t, app, 0, named("cpu", "node", fmt.Sprint(i), "n", fmt.Sprint(j)), 1000, float64(j))
		}
		add(t, app, 0, named("reqs_total", "node", fmt.Sprint(i)), 1000, 1)
		add(
			t,
			app,
			0,
			named("lat_bucket", "node", fmt.Sprint(i), "long", strings.Repeat("v", 300)),
			1000,
			math.Inf(1),
		)
		add(t, app, 0, named("cpu_total", "node", fmt.Sprint(i)), 1000, 1)
		require.NoError(t, app.Commit())
	}
	batch.Flush()
	require.Len(t, store.Sizes(), 1)
	require.Len(t, store.Names(""), 30*103)
	require.Equal(t, []string{"7@1000"}, store.Text(`{__name__="cpu", n="7", node="29"}`))
	require.Equal(t, metadata.Metadata{Type: "gauge", Help: "Cores", Unit: "cores"}, store.Family("cpu"))
	require.Equal(t, model.MetricTypeCounter, store.Family("reqs_total").Type)
	require.Equal(
		t,
		metadata.Metadata{Type: "histogram"},
		store.Family("lat_bucket"),
		"a help text of kilobytes is left out",
	)
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
	for _, opts := range []storage.AOptions{{}, {RejectOutOfOrder: true}} {
		_, err := app.Append(0, named("m"), 0, 1000, 2, nil, nil, opts)
		require.ErrorIs(t, err, storage.ErrDuplicateSampleForTimestamp)
	}
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
	double.Add(model.MetricNameLabel, "m")
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
	_, _ = app.Append(
		0,
		named("up"),
		0,
		at,
		stale,
		nil,
		nil,
		storage.AOptions{RejectOutOfOrder: true, MetricFamilyName: "up\xff"},
	)
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
