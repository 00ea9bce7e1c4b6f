// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

// text is a source of a configuration, read as the collector reads files and variables.
type text struct{ scheme, yaml string }

func (s text) Retrieve(context.Context, string, confmap.WatcherFunc) (*confmap.Retrieved, error) {
	return confmap.NewRetrievedFromYAML([]byte(s.yaml))
}

func (s text) Scheme() string               { return s.scheme }
func (text) Shutdown(context.Context) error { return nil }

// loadPools loads a configuration with the pools in a variable, as the shipped one is loaded.
func loadPools(t *testing.T, yaml, variable string) (*Config, error) {
	t.Helper()
	t.Setenv("SNOWFLAKE_HOST", "snowflake.internal")
	settings := confmap.ResolverSettings{URIs: []string{"file:x"}}
	for _, source := range []text{{"file", yaml}, {"env", variable}} {
		settings.ProviderFactories = append(settings.ProviderFactories,
			confmap.NewProviderFactory(func(confmap.ProviderSettings) confmap.Provider { return source }))
	}
	resolver, err := confmap.NewResolver(settings)
	require.NoError(t, err)
	conf, err := resolver.Resolve(context.Background())
	require.NoError(t, err)
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, conf.Unmarshal(cfg), "the collector writes an error of this kind in several lines")
	return cfg, cfg.Validate()
}

const fromVariable = "compute_pools: ${env:POOLS}"

func TestAWordOfYAMLIsNoNameOfAPool(t *testing.T) {
	for variable, want := range map[string]string{
		"NULL": "is a null", "~": "is a null", "TRUE": "is the truth value true", "false": "is the truth value false",
		"1E3": "is the number 1000", "007": "is the number 7", "{a: b}": "is a mapping", "# P1": "is a null",
	} {
		_, err := loadPools(t, fromVariable, variable)
		require.ErrorContains(t, err, "`compute_pools` "+want, variable)
		require.ErrorContains(t, err, "in quotes")
		require.NotContains(t, err.Error(), "\n")
	}
	for _, yaml := range []string{"compute_pools: true", "compute_pools: 1", "compute_pools: [P1, true]"} {
		_, err := loadPools(t, yaml, "")
		require.ErrorContains(t, err, "compute_pools", yaml)
		require.NotContains(t, err.Error(), "\n")
	}
}

func TestAQuotedWordOfYAMLIsANameAndAnEmptyVariableIsEveryPool(t *testing.T) {
	for variable, want := range map[string][]string{
		`["NULL"]`: {"NULL"}, `["1E3", P1]`: {"1E3", "P1"}, "NO": {"NO"}, "NULL,TRUE": {"NULL", "TRUE"},
		"": nil, " ": nil,
	} {
		cfg, err := loadPools(t, fromVariable, variable)
		require.NoError(t, err, variable)
		require.Equal(t, want, cfg.ComputePools, variable)
	}
}
