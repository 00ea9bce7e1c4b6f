// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.uber.org/goleak"
	"go.uber.org/zap"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestARequestIsRepeatedUntilTheStoreTakesItAndTheOrderIsKept(t *testing.T) {
	s := start(t, nil, good, answer{status: 503}, answer{status: 500, text: "no space"}, answer{status: 429}, good)
	s.send(t, "a", "b", "c")
	require.Equal(t, []string{"a", "b", "b", "b", "b", "c"}, s.wait(t, 6))
	s.requireCounts(t, 30, 0)
	require.Len(t, s.logs.FilterLevelExact(zap.WarnLevel).All(), 3, "each answer once")
}

func TestAPauseThatTheStoreAsksForIsKept(t *testing.T) {
	s := start(t, nil, answer{status: 429, retryAfter: "1"}, good)
	began := time.Now()
	s.send(t, "a")
	s.wait(t, 2)
	require.GreaterOrEqual(t, time.Since(began), time.Second)
}

func TestTheStoreCannotAskForAPauseOfMoreThanAMinute(t *testing.T) {
	now := time.Now()
	date := func(in time.Duration) string { return now.Add(in).UTC().Format(http.TimeFormat) }
	for header, seconds := range map[string]float64{
		"7": 7, "60": 60, "86400": 60, "4294967297": 60, "99999999999999999999999": 60,
		"0": 0, "-5": 0, "1.5": 0, "soon": 0, "": 0,
		date(30 * time.Second): 30, date(24 * time.Hour): 60, date(-time.Hour): 0,
		"Fri, 01 Jan 9999 00:00:00 GMT": 60, "Fri, 01 Jan 1000 00:00:00 GMT": 0,
	} {
		require.InDelta(t, seconds, retryAfter(header, now).Seconds(), 1, header)
	}
}

func TestWhatTheStoreRefusesIsCountedLoggedOnceAndNotRepeated(t *testing.T) {
	partly := answer{status: 400, written: "7", text: "out of order sample\nfor series \x1b[31m{__name__=\"m\"}"}
	s := start(t, nil, partly, partly, good, partly, good)
	s.send(t, "a", "b", "c", "d", "e")
	require.Equal(t, []string{"a", "b", "c", "d", "e"}, s.wait(t, 5))
	s.requireCounts(t, 7+7+10+7+10, 9)
	lines := s.logs.FilterMessageSnippet("The store refuses samples").All()
	require.Len(t, lines, 1)
	require.Equal(t, "400 Bad Request", lines[0].ContextMap()["status"])
	require.Equal(t, `out of order sample for series [31m{__name__="m"}`, lines[0].ContextMap()["answer"])
}

func TestAnAnswerThatSaysNothingOfSamplesIsARefusalOrAnOldEndpoint(t *testing.T) {
	s := start(
		t,
		nil,
		answer{status: 404, text: strings.Repeat("long ", 200)},
		answer{status: 200},
		answer{status: 204},
		good,
	)
	s.send(t, "a", "b", "c", "d")
	s.requireCounts(t, 30, 10)
	require.Len(t, s.logs.FilterMessageSnippet("does not say what it took").All(), 1)
	require.Len(t, s.logs.FilterMessageSnippet("refuses").All()[0].ContextMap()["answer"], 303)
}

func TestAGoodAnswerThatCountsTooFewIsARefusal(t *testing.T) {
	s := start(t, nil, answer{status: 204, written: "4"}, good)
	s.send(t, "a")
	s.requireCounts(t, 4, 6)
	require.Len(t, s.logs.FilterMessageSnippet("refuses").All(), 1)
}

func TestTheQueueIsBoundedInBytesAndAFullOneIsAnError(t *testing.T) {
	s := start(t, map[string]any{"sending_queue": map[string]any{"queue_size": 5000}}, answer{hang: true})
	var err error
	for range 20 {
		if err = s.exporter.ConsumeLogs(context.Background(), record(strings.Repeat("x", 1000), 10)); err != nil {
			break
		}
	}
	require.ErrorContains(t, err, "sending queue is full")
}

func TestAnEndWhileTheStoreIsSilentIsBoundedAndLoggedOnce(t *testing.T) {
	s := start(t, nil, answer{hang: true})
	s.send(t, "a", "b", "c")
	s.wait(t, 1)
	began := time.Now()
	s.stop(t)
	require.Less(t, time.Since(began), 2*lastChance)
	lost := s.logs.FilterMessageSnippet("Samples are lost: the collector ends").All()
	require.Len(t, lost, 1)
	require.EqualValues(t, 30, lost[0].ContextMap()["samples"])
}

func TestARecordOfAnotherReceiverIsRefused(t *testing.T) {
	s := start(t, map[string]any{"sending_queue": map[string]any{"enabled": false}}, good)
	logs := plog.NewLogs()
	logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().Body().SetStr("hello")
	require.ErrorIs(t, s.exporter.ConsumeLogs(context.Background(), logs), errNoRequest)
}

func TestBadConfigurationsNameTheKey(t *testing.T) {
	for name, test := range map[string]struct {
		settings map[string]any
		want     string
	}{
		"no scheme": {map[string]any{"endpoint": "localhost:9090"}, "`endpoint`"},
		"a scheme":  {map[string]any{"endpoint": "ftp://u:hunter2@x/?k=hunter3"}, "`endpoint` is an address"},
		"a space":   {map[string]any{"endpoint": "http://u:hunter2@bad host/"}, "`endpoint` is an address"},
		"an escape": {map[string]any{"endpoint": "http://u:hunter2%zz@h/"}, "`endpoint` is an address"},
		"a query":   {map[string]any{"endpoint": "ftp://x/w?key=hunter2"}, "`endpoint` is \"ftp://x/w\""},
		"a line break": {
			map[string]any{"headers": map[string]any{"Authorization": "Bearer hunter2\nX: y"}},
			"`headers::Authorization` has a line break",
		},
		"a null byte": {map[string]any{"headers": map[string]any{"X-Key": "hunter2\x00"}}, "`headers::X-Key`"},
		"a value as name": {
			map[string]any{"headers": map[string]any{"X-Key: hunter2": ""}}, "`headers` has a name that HTTP",
		},
		"no name":     {map[string]any{"headers": map[string]any{"": "hunter2"}}, "`headers` has a name that HTTP"},
		"a proxy":     {map[string]any{"proxy_url": "http://u:hunter2@bad host"}, "`proxy_url` is an address"},
		"compression": {map[string]any{"compression": "gzip"}, "`compression`"},
		"consumers": {
			map[string]any{"sending_queue": map[string]any{"num_consumers": 3}},
			"`sending_queue::num_consumers`",
		},
		"a timeout without a unit": {map[string]any{"timeout": 30}, "`timeout` is 30ns: set 0s or at least 1ms"},
		"a pause without a unit": {
			map[string]any{"retry_on_failure": map[string]any{"max_interval": 10}},
			"`retry_on_failure::max_interval` is 10ns",
		},
		"a copy without a queue": {
			map[string]any{"copy": true, "sending_queue": map[string]any{"enabled": false}}, "`sending_queue` is off",
		},
		"a copy that blocks": {
			map[string]any{"copy": true, "sending_queue": map[string]any{"block_on_overflow": true}},
			"`sending_queue` blocks",
		},
		"batch": {map[string]any{"sending_queue": map[string]any{"batch": map[string]any{}}}, "`sending_queue::batch`"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(test.settings)
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "hunter")
		})
	}
	_, err := load(map[string]any{"sending_queue": map[string]any{"storage": "file_storage"}})
	require.NoError(t, err, "a durable queue is one setting")
	require.NoError(t, componenttest.CheckConfigStruct(createDefaultConfig()))
}
