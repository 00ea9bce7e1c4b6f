// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ofCopy returns the settings of a copy with more of them.
func ofCopy(more map[string]any) map[string]any {
	all := map[string]any{"copy": true}
	for key, value := range more {
		all[key] = value
	}
	return all
}

func TestWhatTheQueueOfACopyDoesNotTakeIsCountedLoggedOnceAndNoErrorOfThePipeline(t *testing.T) {
	s := start(t, ofCopy(map[string]any{"sending_queue": map[string]any{"queue_size": 5000}}), answer{hang: true})
	for range 20 {
		require.NoError(t, s.exporter.ConsumeLogs(context.Background(), record(strings.Repeat("x", 1000), 10)))
	}
	dropped := s.counter(t, "spcs_store_dropped_samples_total")
	require.GreaterOrEqual(t, dropped, int64(140))
	require.Less(t, dropped, int64(200))
	lines := s.logs.FilterMessageSnippet("Samples of the copy are lost").All()
	require.Len(t, lines, 1)
	require.Contains(t, lines[0].ContextMap()["err"], "sending queue is full")
}

func TestACopyThatIsNotFullDropsNothing(t *testing.T) {
	s := start(t, ofCopy(nil), good)
	s.send(t, "a", "b")
	s.requireCounts(t, 20, 0)
	require.Zero(t, s.counter(t, "spcs_store_dropped_samples_total"))
}

func TestACopyWaitsUntilEndpointAndCredentialsAreMended(t *testing.T) {
	s := start(t, ofCopy(nil), answer{status: 401}, answer{status: 403}, answer{status: 404}, good)
	s.send(t, "a", "b")
	require.Equal(t, []string{"a", "a", "a", "a", "b"}, s.wait(t, 5))
	s.requireCounts(t, 20, 0)
}

func TestACopyTrustsOnlyAStoreThatSaysWhatItTook(t *testing.T) {
	s := start(t, ofCopy(nil), answer{status: 204}, good)
	s.send(t, "a", "b")
	s.requireCounts(t, 10, 10)
	require.Len(t, s.logs.FilterMessageSnippet("does not say what it took").All(), 1)
}

func TestCredentialsAreReadForEachRequest(t *testing.T) {
	folder := t.TempDir()
	write := func(file, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600))
	}
	write(tokenFile, "first\n")
	s := start(t, ofCopy(map[string]any{"credentials_directory": folder}), good)
	s.send(t, "a")
	s.wait(t, 1)
	write(tokenFile, "second")
	s.send(t, "b")
	s.wait(t, 2)
	require.NoError(t, os.Remove(filepath.Join(folder, tokenFile)))
	write(userFile, "ann")
	write(passwordFile, "hunter2")
	s.send(t, "c")
	s.wait(t, 3)
	require.Equal(t, []string{"Bearer first", "Bearer second", "Basic YW5uOmh1bnRlcjI="}, s.authorizations)
}

func TestSamplesWaitWhileThereAreNoCredentialsAndNoLineShowsThem(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, tokenFile)
	require.NoError(t, os.WriteFile(file, []byte("hunter2\nhunter3"), 0o600))
	s := start(t, ofCopy(map[string]any{"credentials_directory": folder}), good)
	s.send(t, "a")
	said := func() int { return s.logs.FilterMessageSnippet("does not take samples now").Len() }
	require.Eventually(t, func() bool { return said() == 1 }, 10*time.Second, time.Millisecond)
	require.NoError(t, os.Remove(file))
	time.Sleep(20 * time.Millisecond)
	require.NoError(t, os.WriteFile(file, []byte("token"), 0o600))
	require.Equal(t, []string{"a"}, s.wait(t, 1))
	for _, line := range s.logs.All() {
		require.NotContains(t, line.ContextMap()["err"], "hunter")
	}
}
