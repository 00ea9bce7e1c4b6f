// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
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
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

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
	// authorizations are those of the requests.
	authorizations []string
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
		s.authorizations = append(s.authorizations, r.Header.Get("Authorization"))
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
	s.exporter, err = NewFactory().CreateLogs(context.Background(), s.settings(), cfg)
	require.NoError(t, err)
	require.NoError(t, s.exporter.Start(context.Background(), host))
	t.Cleanup(func() {
		s.stop(t)
		require.NoError(t, s.telemetry.Shutdown(context.Background()))
	})
	return s
}

// settings returns those of an exporter with a name, whose lines are observed.
func (s *stand) settings() exporter.Settings {
	set := exportertest.NewNopSettings(componentType)
	set.ID = component.MustNewIDWithName("spcs_store", "test")
	set.TelemetrySettings = s.telemetry.NewTelemetrySettings()
	core, logs := observer.New(zap.InfoLevel)
	set.Logger, s.logs = zap.New(core), logs
	return set
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
	points := found.Data.(metricdata.Sum[int64]).DataPoints
	require.Len(t, points, 1)
	named, _ := points[0].Attributes.Value("exporter")
	require.Equal(t, "spcs_store/test", named.AsString())
	return points[0].Value
}

func (s *stand) requireCounts(t *testing.T, written, refused int64) {
	t.Helper()
	require.Eventually(t, func() bool {
		return s.counter(t, "spcs_store_written_samples_total") == written &&
			s.counter(t, "spcs_store_refused_samples_total") == refused
	}, 10*time.Second, time.Millisecond)
}

var good = answer{status: 204, written: "10"}
