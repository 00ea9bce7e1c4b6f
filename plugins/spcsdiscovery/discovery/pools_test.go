// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"net/http"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

func TestTheFunctionListsPoolsByTheirEndpoints(t *testing.T) {
	f := newFixture(t)
	f.useShow = false
	f.config.PoolSource = SourceFunction
	f.account.set(http.StatusOK, []string{`["discover.monitor.pool_a.cp.spcs.internal"]`})
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	require.Equal(t, []string{"10.0.0.1:9001"}, addresses(f.mustLook(t)["POOL_A"]))
}

func TestAutoAsksForTheFunctionOnceAndThenShows(t *testing.T) {
	f := newFixture(t)
	f.useShow = false
	f.config.PoolSource = SourceAuto
	f.account.noFunction = true
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.mustLook(t)
	f.mustLook(t)
	require.Equal(t, []string{callEndpoints, showPools, showPools}, f.account.statements)
}

func TestEndpointsThatMakeNoSenseAreRefused(t *testing.T) {
	for _, cell := range []string{"", "{}", `["pool_a"]`, `["monitor..internal"]`, `[1]`} {
		_, err := parseEndpoints(cell)
		require.Error(t, err, cell)
	}
}

func FuzzEndpoints(f *testing.F) {
	f.Add(`["discover.monitor.pool_a.cp.spcs.internal","monitor.b.snowflakecomputing.internal."]`)
	f.Fuzz(func(t *testing.T, cell string) {
		pools, err := parseEndpoints(cell)
		if err != nil {
			return
		}
		for _, p := range pools {
			require.NoError(t, checkPoolName(p.name))
			require.Len(t, p.dnsNames(""), 1)
		}
	})
}

func TestAPoolNameThatDNSCannotHoldIsAWarning(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("my pool", "ACTIVE"))
	groups, _ := f.look()
	require.NotContains(t, groups, "my pool")
	require.Equal(t, 1, f.warnings())
	require.Contains(t, f.log.String(), "create the pool anew")
}

func TestAnOlderNameIsFoundAndAskedFirstFromThenOn(t *testing.T) {
	f := newFixture(t, "POOL_A")
	old := "monitor.pool_a.snowflakecomputing.internal"
	f.dns.Set(old, dnstest.Record{A: []string{"10.0.0.1"}})
	groups := f.mustLook(t)
	require.Equal(t, []string{"10.0.0.1:9001"}, addresses(groups["POOL_A"]))
	require.Equal(t, model.LabelValue(old), groups["POOL_A"].Labels["__meta_spcs_dns_name"])
	f.dns.Reset()
	f.mustLook(t)
	require.Equal(t, []string{old}, f.dns.Asked(), "the name that answered is remembered")
}
