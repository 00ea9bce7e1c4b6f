// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A node publishes the account with containers, and not with itself.
const bodyOfAccount = body + `container_cpu_usage{snow_account_name="PUBLISHED",snow_compute_pool_name="POOL_A"} 1
network_ingress_cps{snow_account_name="",snow_compute_pool_name="POOL_A"} 1
`

func startOfAccount(t *testing.T, settings map[string]any) *fleet {
	t.Helper()
	f := startFleet(t, 1, settings, func(f *fleet) { f.set("127.7.0.2", bodyOfAccount) })
	for _, name := range []string{"node_cpu_capacity", "container_cpu_usage", "network_ingress_cps", "up"} {
		f.series(t, name, "127.7.0.2")
	}
	return f
}

func TestEverySeriesIsOfTheAccountThatTheCollectorKnows(t *testing.T) {
	f := startOfAccount(t, map[string]any{"account_name": "ACME"})
	for _, series := range f.store.Names("") {
		require.Contains(t, series, `, snow_account_name="ACME"`, series)
		require.NotContains(t, series, "PUBLISHED", series)
	}
	require.Len(t, f.store.Names(`{__name__="scrape_`), 7, "what is reported of a scrape too")
}

func TestWithoutAKnownAccountNoSeriesHasOneSoThatAllCanBeJoined(t *testing.T) {
	f := startOfAccount(t, nil)
	for _, series := range f.store.Names("") {
		require.NotContains(t, series, accountLabel, series)
	}
}

func TestAnApplicationIsOfTheAccountWhateverItSays(t *testing.T) {
	s := startApplications(t, func(s *applicationStand) {
		s.add(t, "LLM", "own{snow_account_name=\"OTHER\"} 1\n", "127.8.0.21")
	}, map[string]any{"account_name": "ACME"})
	want := s.of("own", "LLM", "0", `exported_snow_account_name="OTHER", `)
	s.store.Wait(strings.Replace(want, "snow_compute", `snow_account_name="ACME", snow_compute`, 1), is(1))
}

func TestTheAccountIsNamedByTheEnvironmentElseByTheHost(t *testing.T) {
	for name, test := range map[string]struct{ variable, host, want string }{
		"a service":     {"XY12345", "snowflake.snowflakecomputing.com", "XY12345"},
		"outside":       {"", "org-acme.eu-central-1.snowflakecomputing.com", "ORG-ACME"},
		"another host":  {"", "localhost", ""},
		"no host":       {"", "", ""},
		"a private one": {"", "acme.privatelink.snowflakecomputing.com", "ACME"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SNOWFLAKE_ACCOUNT", test.variable)
			t.Setenv("SNOWFLAKE_HOST", test.host)
			require.Equal(t, test.want, createDefaultConfig().(*Config).account())
		})
	}
}
