// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package differential compares what the receiver makes of odd bodies with what Prometheus and the standard Prometheus
// receiver make of them. It is a module of its own, because that receiver brings half a thousand packages along.
package differential

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.yaml.in/yaml/v3"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery"
)

// receiverConfig is that of the shipped collector, for the test's nodes.
func receiverConfig(t *testing.T, dnsServer string, pools []any, every time.Duration) component.Config {
	t.Helper()
	raw, err := os.ReadFile("../../../otel-builder/config.yaml")
	require.NoError(t, err)
	var shipped struct {
		Receivers struct {
			SPCS map[string]any `yaml:"spcs"`
		}
	}
	require.NoError(t, yaml.Unmarshal(raw, &shipped))
	settings := map[string]any{
		"compute_pools": pools, "dns_server": dnsServer, "scrape_interval": every.String(),
		"metric_relabel_configs": shipped.Receivers.SPCS["metric_relabel_configs"],
	}
	require.NotEmpty(t, settings["metric_relabel_configs"])
	cfg := spcsdiscovery.NewFactory().CreateDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(settings).Unmarshal(cfg))
	return cfg
}
