// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestThePageShowsApplications(t *testing.T) {
	s := startApplications(t, func(s *applicationStand) {
		s.add(t, "LLM", "own 1\nup 0\n", "127.8.0.15")
	})
	s.waitForScrape(t, "127.8.0.15", "")
	page := &debugPage{name: "spcs", scrapes: s.component.(*spcsReceiver).scrapes,
		applications: s.component.(*spcsReceiver).applications}
	page.status.Store(nil)
	require.Eventually(t, func() bool { return len(page.view().Applications.Services) == 1 }, 10*time.Second, time.Millisecond)
	shown := page.view().Applications.Services[0]
	require.Equal(t, "DB.AI.LLM", shown.Name)
	require.Equal(t, "0", shown.Instances[0].Instance)
	require.True(t, shown.Instances[0].Up)
	require.Equal(t, "reserved_name", shown.Instances[0].Reason)
	require.Equal(t, 1, shown.Instances[0].SamplesLeftOut)
	recorder := httptest.NewRecorder()
	page.writeHTML(recorder, nil)
	require.Contains(t, recorder.Body.String(), "<h2>DB.AI.LLM</h2>")
	recorder = httptest.NewRecorder()
	page.writeJSON(recorder, nil)
	require.Contains(t, recorder.Body.String(), `"instance":"0","address":"127.8.0.15:`)
}

func TestApplicationsAreOffByDefault(t *testing.T) {
	t.Setenv("SNOWFLAKE_HOST", "snowflake.internal")
	cfg, err := load(map[string]any{})
	require.NoError(t, err)
	require.False(t, cfg.Applications.Enabled)
	f := startFleet(t, 1, nil)
	require.Nil(t, f.component.(*spcsReceiver).applications)
	_, err = f.telemetry.GetMetric("spcs_application_reserved_samples_total")
	require.Error(t, err)
}

func TestBadApplicationsAreOneSentence(t *testing.T) {
	on := func(key string, value any) map[string]any {
		return map[string]any{"applications": map[string]any{"enabled": true, key: value}}
	}
	for name, test := range map[string]struct {
		settings map[string]any
		want     string
	}{
		"an unknown key":     {on("interval", "5s"), "has invalid keys: interval"},
		"a short name":       {on("services", []any{"LLM"}), "`applications`: `services`: \"LLM\" is not the full name"},
		"no targets":         {on("max_targets", 0), "`applications::max_targets` is 0: set at least 1"},
		"a key of the other": {map[string]any{"role": "services"}, "unknown keys: role"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SNOWFLAKE_HOST", "snowflake.internal")
			_, err := load(test.settings)
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
	_, err := load(map[string]any{"compute_pools": "A", "applications": map[string]any{"enabled": true}})
	require.ErrorContains(t, err, "`applications`: `host` is not set", "services are asked for all the same")
	cfg, err := load(map[string]any{
		"host": "h", "compute_pools": "A", "applications": map[string]any{"enabled": true, "services": "A.B.C:1,A.B.D/m"},
	})
	require.NoError(t, err)
	require.Equal(t, []string{"A.B.C:1", "A.B.D/m"}, cfg.Applications.Services)
	cfg, err = load(map[string]any{"host": "h", "applications": map[string]any{"enabled": true, "services": nil}})
	require.NoError(t, err)
	require.Empty(t, cfg.Applications.Services)
}
