// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/stretchr/testify/require"
)

// boundedTarget may begin four series; excess is what its last scrape had left out.
type boundedTarget struct {
	*Appendable
	t      *testing.T
	refs   map[string]storage.SeriesRef
	at     int64
	excess int
}

func newBounded(t *testing.T, batch *Batch) *boundedTarget {
	b := &boundedTarget{t: t, refs: map[string]storage.SeriesRef{}}
	b.Appendable = NewAppendable(time.Hour, Takers{
		Batch: batch, NewSeries: func(*scrape.Target) int { return 4 },
		Note: func(_ *scrape.Target, c Counts) { b.excess = c.Excess },
	})
	return b
}

// scrape publishes series of these names, and returns the appender before its end.
func (b *boundedTarget) scrape(names ...string) storage.AppenderV2 {
	b.at++
	app := b.AppenderV2(target("10.0.0.1:8000", nil))
	for _, name := range names {
		ref, err := app.Append(b.refs[name], named(name), 0, b.at, 1, nil, nil, storage.AOptions{})
		require.NoError(b.t, err)
		b.refs[name] = ref
	}
	report(b.t, app, "up", b.at, 1, false)
	report(b.t, app, "scrape_samples_post_metric_relabeling", b.at, float64(len(names)), false)
	return app
}

func (b *boundedTarget) commit(names ...string) {
	require.NoError(b.t, b.scrape(names...).Commit())
}

func TestATargetBeginsNoMoreSeriesThanItMayAndWhatItHasGoesOn(t *testing.T) {
	store, batch := newStore(t)
	b := newBounded(t, batch)
	b.commit("stays", "a1")
	for i := range 10 {
		b.commit("stays", fmt.Sprint("b", i))
	}
	batch.Flush()
	require.Equal(t, []string{"1@1"}, store.Text(`{__name__="a1"}`))
	require.Equal(t, []string{"1@3"}, store.Text(`{__name__="b1"}`))
	require.Empty(t, store.Text(`{__name__="b2"}`))
	require.Len(t, store.Text(`{__name__="stays"}`), 11)
	require.Len(t, store.Text(`{__name__="up"}`), 11, "what the scrape reports needs no allowance")
	require.Equal(t, 1, b.excess)
	require.Zero(t, b.refs["b9"], "without a reference the library asks again")
	b.commit("stays", "a1")
	require.Zero(t, b.excess, "a series that comes back is not a new one")
	for _, n := range b.nodes {
		n.allowance.since = time.Now().Add(-allowanceTime - time.Second)
	}
	b.commit("stays", "b9")
	batch.Flush()
	require.Equal(t, []string{"1@13"}, store.Text(`{__name__="b9"}`))
}

func TestSeriesOfAScrapeThatFailsAreNotBegun(t *testing.T) {
	store, batch := newStore(t)
	b := newBounded(t, batch)
	for range 5 {
		require.NoError(t, b.scrape("a", "b", "c", "d", "e").Rollback())
		b.commit() // the library's second try, of nothing
	}
	b.commit("w", "x", "y", "z")
	require.Zero(t, b.excess)
	batch.Flush()
	require.Len(t, store.Text(`{__name__="z"}`), 1)
}

func TestATargetBeginsNoMoreBytesOfLabelsThanItMayAndFarTooManyFailItsScrape(t *testing.T) {
	store, batch := newStore(t)
	b := newBounded(t, batch)
	long := func(name string) labels.Labels {
		return named(name, "l", strings.Repeat("x", 3*meanLabels))
	}
	put := func(names ...string) (storage.AppenderV2, error) {
		app := b.scrape()
		for _, name := range names {
			if _, err := app.Append(0, long(name), 0, b.at, 1, nil, nil, storage.AOptions{}); err != nil {
				return app, err
			}
		}
		return app, nil
	}
	app, err := put("a", "b")
	require.NoError(t, err)
	require.NoError(t, app.Commit())
	batch.Flush()
	require.Len(t, store.Text(long("a").String()), 1)
	require.Empty(t, store.Text(long("b").String()), "one and a half times what four may have")
	many := make([]string, maxExcess/meanLabels)
	for i := range many {
		many[i] = fmt.Sprint("m", i)
	}
	app, err = put(many...)
	require.ErrorIs(t, err, errTooManyNewSeries)
	require.NoError(t, app.Rollback())
	app, err = put("a")
	require.NoError(t, err)
	require.NoError(t, app.Commit())
	require.Zero(t, b.excess)
	for _, n := range b.nodes {
		require.Equal(t, sizeOf(long("a")), n.allowance.bytes)
	}
}

func TestATargetWithoutABoundBeginsAnyNumber(t *testing.T) {
	_, batch := newStore(t)
	all := NewAppendable(time.Hour, Takers{Batch: batch, NewSeries: func(*scrape.Target) int { return 0 }})
	app := all.AppenderV2(target("a:1", nil))
	for i := range 100 {
		add(t, app, 0, labels.FromStrings("__name__", fmt.Sprint("m", i)), 1, 1)
	}
	require.NoError(t, app.Commit())
}
