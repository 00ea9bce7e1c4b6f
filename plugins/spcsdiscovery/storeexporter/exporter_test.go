// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exportertest"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// answer is what a store says to one request.
type answer struct {
	status     int
	written    string
	retryAfter string
	location   string
	text       string
	hang       bool
}

// stand is an exporter with a store that answers as a test says, the last answer for ever.
type stand struct {
	exporter  exporter.Logs
	logs      *observer.ObservedLogs
	telemetry *componenttest.Telemetry

	once     sync.Once
	mu       sync.Mutex
	answers  []answer
	requests []string
}

func start(t *testing.T, settings map[string]any, answers ...answer) *stand {
	t.Helper()
	return startOn(t, componenttest.NewNopHost(), settings, answers...)
}

func startOn(t *testing.T, host component.Host, settings map[string]any, answers ...answer) *stand {
	t.Helper()
	s := &stand{answers: answers, telemetry: componenttest.NewTelemetry()}
	release := make(chan struct{})
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		now := s.answers[0]
		if len(s.answers) > 1 {
			s.answers = s.answers[1:]
		}
		s.requests = append(s.requests, string(body))
		s.mu.Unlock()
		if now.hang {
			select {
			case <-release:
			case <-r.Context().Done():
			}
			return
		}
		for name, value := range map[string]string{
			writtenHeader: now.written, "Retry-After": now.retryAfter, "Location": now.location,
		} {
			if value != "" {
				w.Header().Set(name, value)
			}
		}
		w.WriteHeader(now.status)
		_, _ = io.WriteString(w, now.text)
	}))
	t.Cleanup(store.Close)
	t.Cleanup(func() { close(release) })
	all := map[string]any{
		"endpoint": store.URL,
		"retry_on_failure": map[string]any{
			"initial_interval": "1ms", "max_interval": "5ms", "max_elapsed_time": "0s",
		},
	}
	for key, value := range settings {
		all[key] = value
	}
	cfg, err := load(all)
	require.NoError(t, err)
	core, logs := observer.New(zap.InfoLevel)
	set := exportertest.NewNopSettings(componentType)
	set.TelemetrySettings = s.telemetry.NewTelemetrySettings()
	set.Logger, s.logs = zap.New(core), logs
	s.exporter, err = NewFactory().CreateLogs(context.Background(), set, cfg)
	require.NoError(t, err)
	require.NoError(t, s.exporter.Start(context.Background(), host))
	t.Cleanup(func() {
		s.stop(t)
		require.NoError(t, s.telemetry.Shutdown(context.Background()))
	})
	return s
}

func (s *stand) stop(t *testing.T) {
	t.Helper()
	s.once.Do(func() { require.NoError(t, s.exporter.Shutdown(context.Background())) })
}

func load(settings map[string]any) (*Config, error) {
	cfg := NewFactory().CreateDefaultConfig().(*Config)
	if err := confmap.NewFromStringMap(settings).Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg, cfg.Validate()
}

func record(body string, samples int64) plog.Logs {
	logs := plog.NewLogs()
	one := logs.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	one.Body().SetEmptyBytes().FromRaw([]byte(body))
	one.Attributes().PutInt(SamplesAttribute, samples)
	return logs
}

func (s *stand) send(t *testing.T, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		require.NoError(t, s.exporter.ConsumeLogs(context.Background(), record(body, 10)))
	}
}

// wait returns the requests once there are as many.
func (s *stand) wait(t *testing.T, count int) []string {
	t.Helper()
	require.Eventually(
		t,
		func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.requests) >= count },
		10*time.Second,
		time.Millisecond,
	)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *stand) counter(t *testing.T, name string) int64 {
	t.Helper()
	found, err := s.telemetry.GetMetric(name)
	require.NoError(t, err)
	return found.Data.(metricdata.Sum[int64]).DataPoints[0].Value
}

func (s *stand) requireCounts(t *testing.T, written, refused int64) {
	t.Helper()
	require.Eventually(t, func() bool {
		return s.counter(t, "spcs_store_written_samples_total") == written &&
			s.counter(t, "spcs_store_refused_samples_total") == refused
	}, 10*time.Second, time.Millisecond)
}

var good = answer{status: 204, written: "10"}

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
