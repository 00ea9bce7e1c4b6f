// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// waitForReason returns the only line with a reason.
func (f *fleet) waitForReason(t *testing.T, reason string) map[string]any {
	t.Helper()
	var lines []observer.LoggedEntry
	require.Eventually(t, func() bool {
		lines = f.logs.FilterField(zap.String("reason", reason)).All()
		return len(lines) > 0
	}, 20*time.Second, 10*time.Millisecond, "no line has the reason %s", reason)
	require.Len(t, lines, 1)
	return lines[0].ContextMap()
}

func (f *fleet) waitForMessage(t *testing.T, words string) {
	t.Helper()
	require.Eventually(t, func() bool { return f.logs.FilterMessageSnippet(words).Len() == 1 },
		20*time.Second, 10*time.Millisecond, "not one line says %q", words)
}

// shown returns what the page shows of a node.
func (f *fleet) shown(t *testing.T, host string) nodeView {
	t.Helper()
	for address, last := range f.component.(*spcsReceiver).scrapes.snapshot() {
		if found, _, _ := net.SplitHostPort(address); found == host {
			return showNode(address, last, true)
		}
	}
	t.Fatalf("%s was not scraped", host)
	return nodeView{}
}

func TestANodeThatSendsTimesOfItsOwnIsNamedAndItsSamplesAreStoredAtTheTimeOfTheScrape(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func() int64{
		"old":      func() int64 { return time.Now().Add(-24 * time.Hour).UnixMilli() },
		"near":     func() int64 { return time.Now().Add(9 * time.Minute).UnixMilli() },
		"rounded":  func() int64 { return time.Now().Truncate(time.Minute).UnixMilli() },
		"repeated": func() int64 { return 1_700_000_000_000 },
		"zero":     func() int64 { return 0 },
	} {
		t.Run(name, func(t *testing.T) {
			f := startFleet(t, 2, nil)
			began := time.Now().UnixMilli()
			f.set("127.7.0.2", fmt.Sprintf("%sm 64 %d\nn 1 %d\n", body, at(), at()))
			line := f.waitForReason(t, "own_timestamps")
			require.Contains(t, line["node"], "127.7.0.2:")
			require.EqualValues(t, 2, line["samples"])
			for _, sample := range f.store.Samples(f.series(t, "m", "127.7.0.2")) {
				require.InDelta(t, (began+time.Now().UnixMilli())/2, sample.Time, 20_000)
			}
			shown := f.shown(t, "127.7.0.2")
			require.Equal(t, "own_timestamps", shown.Reason)
			require.True(t, shown.Up)
			require.Equal(t, 2, shown.SamplesOwnTimes)
			require.Zero(t, shown.SamplesLeftOut)
			require.Empty(t, f.shown(t, "127.7.0.3").Reason)
			require.NotZero(t, read(t, f.telemetry, "spcs_scrape_failures_total")["reason=own_timestamps"])
			f.set("127.7.0.2", body)
			f.waitForMessage(t, "Node leaves the time")
			f.store.Wait(f.series(t, "m", "127.7.0.2"), isStale)
		})
	}
}

func TestSamplesOfTheFutureAreLeftOutCountedAndNamedBesideDuplicates(t *testing.T) {
	f := startFleet(t, 2, nil)
	future := time.Now().Add(24 * time.Hour).UnixMilli()
	f.set("127.7.0.2", fmt.Sprintf("%sm 1 %d\nn 1 %d\ntwice 1\ntwice 2\ntwice 3\nold 1 5\n", body, future, future))
	line := f.waitForReason(t, "future_timestamp")
	require.Contains(t, line["node"], "127.7.0.2:")
	require.EqualValues(t, 2, line["samples"])
	require.EqualValues(t, 2, f.waitForReason(t, "duplicate_series")["samples"])
	require.EqualValues(t, 1, f.waitForReason(t, "own_timestamps")["samples"])
	shown := f.shown(t, "127.7.0.2")
	require.Equal(t, "duplicate_series, future_timestamp, own_timestamps", shown.Reason)
	require.Equal(t, 4, shown.SamplesLeftOut)
	f.store.Wait(f.series(t, "node_cpu_capacity", "127.7.0.2"), isValue(6))
	require.Empty(t, f.store.Names(`{__name__="m"`))
	f.set("127.7.0.2", body)
	f.waitForMessage(t, "only samples of the present")
	f.waitForMessage(t, "only what can be stored again")
	require.Empty(t, f.shown(t, "127.7.0.2").Reason)
	require.Empty(t, f.component.(*spcsReceiver).scrapes.future)
}

func TestATargetInfoIsNamedAndStoredAsASeriesOfItsNode(t *testing.T) {
	f := startFleet(t, 2, nil)
	f.set("127.7.0.2", body+"target_info{a=\"b\"} 1\n")
	line := f.waitForReason(t, "target_info")
	require.Contains(t, line["node"], "127.7.0.2:")
	require.Equal(t, "target_info", f.shown(t, "127.7.0.2").Reason)
	f.store.Wait(f.series(t, "target_info", "127.7.0.2"), isValue(1))
	f.set("127.7.0.2", body)
	f.waitForMessage(t, "ceased to send target_info")
}

func TestSeriesThatTheScrapeReportsAreLeftOutCountedAndNamed(t *testing.T) {
	f := startFleet(t, 2, nil)
	reserved := "up 0\nscrape_samples_scraped 1\nscrape_duration_seconds 99\n"
	f.set("127.7.0.2", body+reserved+"scrape_body_size_bytes{x=\"y\"} 3\n")
	line := f.waitForReason(t, "reserved_series")
	require.Contains(t, line["node"], "127.7.0.2:")
	require.EqualValues(t, 3, line["samples"])
	shown := f.shown(t, "127.7.0.2")
	require.Equal(t, "reserved_series", shown.Reason)
	require.Equal(t, 3, shown.SamplesLeftOut)
	require.True(t, shown.Up)
	require.NotZero(t, read(t, f.telemetry, "spcs_scrape_failures_total")["reason=reserved_series"])
	for _, sample := range f.store.Samples(f.series(t, "up", "127.7.0.2")) {
		require.InDelta(t, 1, sample.Value, 0, "what the scrape found counts")
	}
	require.Empty(t, f.shown(t, "127.7.0.3").Reason)
	f.set("127.7.0.2", body)
	f.waitForMessage(t, "leaves the scrape's own series")
	require.Empty(t, f.shown(t, "127.7.0.2").Reason)
}

func TestSeriesThatTheScrapeReportsAreNamedInAPipelineOfMetrics(t *testing.T) {
	s := startStand(t, nil)
	s.set(write(body + "up 0\n"))
	require.Equal(t, "reserved_series", s.waitForLine(t, "series that the scrape itself reports").ContextMap()["reason"])
}

func TestATargetInfoIsNamedInAPipelineOfMetrics(t *testing.T) {
	s := startStand(t, nil)
	s.set(write(body + "target_info{a=\"b\"} 1\n"))
	line := s.waitForLine(t, "Node sends target_info").ContextMap()
	require.Equal(t, s.address.String(), line["node"])
	require.EqualValues(t, 1, line["samples"])
	s.set(write(body))
	s.waitForLine(t, "ceased to send target_info")
}

func TestOnlyWhatTheLibrarySaysOfTheFutureIsTakenFromItsLog(t *testing.T) {
	var seen []string
	quiet := slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})
	logger := slog.New(futureHandler{Handler: quiet, see: func(target string, samples int) {
		seen = append(seen, fmt.Sprint(target, samples))
	}})
	require.False(t, logger.Enabled(context.Background(), slog.LevelWarn))
	logger.Warn("samples that are too far into the future", "num_dropped", 1)
	of := logger.With("target", "http://a").WithGroup("g")
	of.Warn("samples that are too far into the future", "num_dropped", 7, "why", "x")
	of.Warn("something else", "num_dropped", 8)
	require.Equal(t, []string{"http://a7"}, seen)
}
