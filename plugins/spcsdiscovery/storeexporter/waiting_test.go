// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

const waits = "The store does not take samples now"

func TestARedirectIsNotFollowedAndItsSamplesWait(t *testing.T) {
	for _, status := range []int{300, 301, 302, 303, 304, 307, 308} {
		var elsewhere atomic.Int64
		other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
		location := "http://me:pass@" + other.Listener.Addr().String() + "/there?token=secret"
		away := answer{status: status, location: location}
		s := start(t, map[string]any{"headers": map[string]any{"X-Api-Key": "secret"}}, away, away, away, good)
		s.send(t, "a", "b")
		require.Equal(t, []string{"a", "a", "a", "a", "b"}, s.wait(t, 5), status)
		s.requireCounts(t, 20, 0)
		lines := s.logs.FilterMessageSnippet(waits).All()
		require.Len(t, lines, 1)
		said := lines[0].ContextMap()["err"]
		require.Contains(t, said, "which points to "+other.URL+"/there and is not followed: set `endpoint`")
		require.NotContains(t, said, "secret")
		require.NotContains(t, said, "pass")
		require.Zero(t, elsewhere.Load(), "headers and samples go nowhere")
		other.Close()
	}
}

func TestARedirectToNoURLShowsNothingOfIt(t *testing.T) {
	s := start(t, nil, answer{status: 307, location: "http://me:hunter2@[::1"}, good)
	s.send(t, "a")
	s.wait(t, 2)
	lines := s.logs.FilterMessageSnippet(waits).All()
	require.Len(t, lines, 1)
	require.Contains(t, lines[0].ContextMap()["err"], "307 Temporary Redirect, which points nowhere and is not followed")
}

func TestAMalformedHeaderOfTheStoreShowsNothingOfIt(t *testing.T) {
	for header, want := range map[string]string{
		"Location": "a redirect whose Location", "X-Key": "a malformed header",
	} {
		head := header + ": http://me:hunter2@h/\x1b"
		store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(connection, "HTTP/1.1 307 X\r\n"+head+"\r\nContent-Length: 0\r\n\r\n")
			_ = connection.Close()
		}))
		s := start(t, map[string]any{"endpoint": store.URL}, good)
		s.send(t, "a")
		require.Eventually(t, func() bool { return s.logs.FilterMessageSnippet(waits).Len() == 1 },
			10*time.Second, time.Millisecond)
		said := s.logs.FilterMessageSnippet(waits).All()[0].ContextMap()["err"]
		require.Contains(t, said, "the store answered with "+want)
		require.NotContains(t, said, "hunter2")
		s.stop(t)
		store.Close()
	}
}

func TestAStoreThatIsAwayIsOneLineHoweverOftenItIsTried(t *testing.T) {
	answers := slices.Repeat([]answer{{status: 503, text: "not ready"}}, 30)
	s := start(t, nil, append(answers, good)...)
	s.send(t, "a")
	s.wait(t, 31)
	s.requireCounts(t, 10, 0)
	lines := s.logs.All()
	require.Len(t, lines, 1)
	require.Equal(t, waits, lines[0].Message[:len(waits)])
	require.Contains(t, lines[0].ContextMap()["err"], "503 Service Unavailable: not ready")
}

func TestAStoreThatCannotBeReachedIsNamedWithoutThePasswordOfItsURL(t *testing.T) {
	s := start(t, map[string]any{"endpoint": "http://me:hunter2@127.0.0.1:1/write?token=hunter3"}, good)
	s.send(t, "a")
	require.Eventually(t, func() bool { return s.logs.FilterMessageSnippet(waits).Len() == 1 },
		10*time.Second, time.Millisecond)
	said := s.logs.FilterMessageSnippet(waits).All()[0].ContextMap()["err"]
	require.Contains(t, said, "cannot reach the store: dial tcp 127.0.0.1:1: connect: connection refused")
	s.stop(t)
	for _, line := range s.logs.All() {
		require.NotContains(t, line.Message, exportingFailed, "the end is one line of the exporter's own")
		for _, value := range line.ContextMap() {
			require.NotContains(t, fmt.Sprint(value), "hunter")
		}
	}
}

func TestAnEndpointThatDoesNotSayWhatItTookIsNamedWithoutItsPassword(t *testing.T) {
	require.Equal(t, "https://store:1/write", withoutSecrets("https://me:hunter2@store:1/write?token=hunter3#x"))
	require.NotContains(t, withoutSecrets("http://\x7f:hunter2@x"), "hunter2")
}

func TestAFullQueueAndAnEndOfTheRetriesFillNoLog(t *testing.T) {
	s := start(t, map[string]any{
		"sending_queue":    map[string]any{"queue_size": 2000, "block_on_overflow": false},
		"retry_on_failure": map[string]any{"enabled": false},
	}, answer{status: 503})
	refused := 0
	require.Eventually(t, func() bool {
		for range 10 {
			if s.exporter.ConsumeLogs(context.Background(), record(string(make([]byte, 900)), 10)) != nil {
				refused++
			}
		}
		return refused > 10 && len(s.wait(t, 0)) > 10
	}, 10*time.Second, time.Millisecond)
	s.stop(t)
	lines := s.logs.FilterMessageSnippet(exportingFailed).All()
	require.Len(t, lines, 1)
	require.Contains(t, lines[0].Message, dropping)
	require.Len(t, s.logs.FilterLevelExact(zap.WarnLevel).All(), 1)
}

func TestNoPauseBetweenAttemptsIsLongerThanTenSeconds(t *testing.T) {
	retry := createDefaultConfig().(*Config).Retry
	longest := float64(retry.MaxInterval) * (1 + retry.RandomizationFactor)
	require.InDelta(t, float64(10*time.Second), longest, float64(time.Millisecond))
}
