// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/zap"
	"go.yaml.in/yaml/v3"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
)

// attributesOf returns the names of the attributes of a metric's first point, and whether it only rises.
func attributesOf(data metricdata.Aggregation) (names []string, rises bool) {
	add := func(set metricdata.DataPoint[int64]) {
		for _, attribute := range set.Attributes.ToSlice() {
			names = append(names, string(attribute.Key))
		}
	}
	switch data := data.(type) {
	case metricdata.Gauge[int64]:
		add(data.DataPoints[0])
	case metricdata.Sum[int64]:
		add(data.DataPoints[0])
		rises = true
	}
	slices.Sort(names)
	return names, rises
}

func TestTheMetadataOfApplicationsSaysWhatIsShown(t *testing.T) {
	raw, err := os.ReadFile("metadata-applications.yaml")
	require.NoError(t, err)
	var metadata struct {
		Attributes map[string]any
		Telemetry  struct {
			Metrics map[string]struct {
				Description string
				Attributes  []string
				Sum         map[string]any
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(raw, &metadata))
	page, err := os.ReadFile("README.md")
	require.NoError(t, err)
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tel.Shutdown(context.Background())) })
	watched := newApplications(zap.NewNop(), time.Second)
	watched.scrapes.failures["timeout"] = 1
	watched.scrapes.reserved["reserved_name"] = 1
	watched.observe(discovery.Status{
		LastSuccess: time.Now(), Failures: map[string]int64{"annotation": 1}, Services: []discovery.ServiceStatus{{}},
	})
	stop, err := watched.register(tel.NewTelemetrySettings().MeterProvider)
	require.NoError(t, err)
	defer stop()
	used := map[string]bool{}
	for name, of := range metadata.Telemetry.Metrics {
		shown, err := tel.GetMetric(name)
		require.NoError(t, err)
		require.Equal(t, of.Description, shown.Description)
		attributes, rises := attributesOf(shown.Data)
		require.Equal(t, of.Sum != nil, rises, name)
		want := slices.Clone(of.Attributes)
		slices.Sort(want)
		require.Equal(t, want, attributes, name)
		for _, attribute := range of.Attributes {
			used[attribute] = true
		}
		require.True(t, strings.Contains(string(page), "\n| `"+name+"` |"), "%s is not in README.md", name)
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(metadata.Attributes)), slices.Collect(maps.Keys(used)))
	require.Equal(t, len(metadata.Telemetry.Metrics), strings.Count(string(page), "\n| `spcs_application_"))
}
