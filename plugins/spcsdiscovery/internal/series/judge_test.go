// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
	"github.com/stretchr/testify/require"
)

// strict leaves out what is called bad, and removes the label `own`.
func strict(*scrape.Target) Judge {
	return func(ls labels.Labels) (labels.Labels, bool, bool) {
		name := ls.Get("__name__")
		if name == "bad" || name == "up" {
			return ls, false, true
		}
		if !ls.Has("own") {
			return ls, false, false
		}
		return labels.NewBuilder(ls).Del("own").Labels(), true, false
	}
}

func report(t *testing.T, app storage.AppenderV2, name string, at int64, v float64, isEnd bool) {
	t.Helper()
	_, err := app.Append(0, named(name), 0, at, v, nil, nil,
		storage.AOptions{MetricFamilyName: name + reportSuffix, RejectOutOfOrder: isEnd})
	require.NoError(t, err)
}

func TestWhatTheJudgeLeavesOutIsCountedAndNeverStored(t *testing.T) {
	store, batch := newStore(t)
	var noted []Counts
	taken := NewAppendable(time.Hour, Takers{
		Batch: batch, Judge: strict, Note: func(_ *scrape.Target, c Counts) { noted = append(noted, c) },
	})
	ctx := target("10.0.0.1:8000", nil)
	var bad, up, good, own storage.SeriesRef
	for at := int64(1); at <= 3; at++ {
		app := taken.AppenderV2(ctx)
		bad = add(t, app, bad, named("bad"), at, 1)
		up = add(t, app, up, named("up"), at, 0)
		good = add(t, app, good, named("good"), at, 1)
		own = add(t, app, own, named("stripped", "own", "x"), at, 1)
		report(t, app, "up", at, 1, false)
		report(t, app, "scrape_samples_post_metric_relabeling", at, 4, false)
		require.NoError(t, app.Commit())
	}
	app := taken.AppenderV2(ctx)
	for _, ref := range []storage.SeriesRef{bad, up, good, own} {
		_, err := app.Append(ref, labels.EmptyLabels(), 0, 4, stale, nil, nil, storage.AOptions{RejectOutOfOrder: true})
		require.NoError(t, err)
	}
	report(t, app, "up", 4, stale, true)
	require.NoError(t, app.Commit())
	batch.Flush()
	require.Equal(t, []string{
		`{__name__="good"}`, `{__name__="scrape_samples_post_metric_relabeling"}`, `{__name__="stripped"}`,
		`{__name__="up"}`,
	}, store.Names(""))
	require.Equal(t, []string{"1@1", "1@2", "1@3", "stale@4"}, store.Text(`{__name__="up"}`), "what the scrape found")
	require.Equal(t, []string{"1@1", "1@2", "1@3", "stale@4"}, store.Text(`{__name__="stripped"}`))
	want := Counts{Published: 4, Reserved: 2, Stripped: 1}
	require.Equal(t, []Counts{want, want, want}, noted)
	require.Empty(t, taken.nodes)
}

func TestSeriesThatAreAlikeWithoutTheirOwnLabelsAreDuplicates(t *testing.T) {
	store, batch := newStore(t)
	taken := NewAppendable(time.Hour, Takers{Batch: batch, Judge: strict})
	app := taken.AppenderV2(target("10.0.0.1:8000", nil))
	add(t, app, 0, named("m", "own", "a"), 1, 1)
	_, err := app.Append(0, named("m", "own", "b"), 0, 1, 2, nil, nil, storage.AOptions{})
	require.ErrorIs(t, err, storage.ErrDuplicateSampleForTimestamp)
	require.NoError(t, app.Commit())
	batch.Flush()
	require.Equal(t, []string{"1@1"}, store.Text(`{__name__="m"}`))
}

func TestSeriesThatAreLeftOutDoNotAccumulate(t *testing.T) {
	_, batch := newStore(t)
	taken := NewAppendable(time.Hour, Takers{Batch: batch, Judge: strict})
	ctx := target("10.0.0.1:8000", nil)
	for at := range int64(50) {
		app := taken.AppenderV2(ctx)
		for i := range 100 {
			add(t, app, 0, named("bad", "l", string(rune('a'+i)), "at", string(rune('a'+at))), at, 1)
		}
		require.NoError(t, app.Commit())
	}
	for _, n := range taken.nodes {
		require.LessOrEqual(t, n.live, 2*100+spareSlots+100)
	}
}
