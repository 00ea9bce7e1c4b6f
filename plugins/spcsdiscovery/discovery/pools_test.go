// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

func from(source string) func(*SDConfig) {
	return func(c *SDConfig) { c.PoolSource = source }
}

func TestPoolListerFunction(t *testing.T) {
	f := newFixture(t, from(SourceFunction))
	f.account.set(http.StatusOK, []string{`["discover.monitor.pool_a.cp.spcs.internal"]`})
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	require.Equal(t, []string{"10.0.0.1:9001"}, addresses(f.mustDiscover(t)["POOL_A"]))
	require.Equal(t, []string{callEndpoints}, f.account.statements)
}

func TestPoolListerFallsBackToShow(t *testing.T) {
	for source, want := range map[string][]string{
		SourceAuto:     {callEndpoints, showPools, showPools},
		SourceFunction: {callEndpoints, callEndpoints},
	} {
		t.Run(source, func(t *testing.T) {
			f := newFixture(t, from(source))
			f.account.noFunction = true
			f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"))
			f.discover()
			f.discover()
			require.Equal(t, want, f.account.statements)
		})
	}
}

func TestPoolListerKeepsLastAnswer(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"))
	f.lister.list(context.Background())
	f.account.set(http.StatusUnauthorized)
	pools, current := f.lister.list(context.Background())
	require.False(t, current)
	require.Len(t, pools, 1)
	require.Contains(t, f.lister.accountError(), "HTTP 401")
	f.account.set(http.StatusOK)
	pools, current = f.lister.list(context.Background())
	require.True(t, current)
	require.Empty(t, pools)
	require.Empty(t, f.lister.accountError())
}

func TestPoolListerWarnsOnceOfRefusal(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusUnauthorized)
	for range 2 {
		groups, ok := f.discover()
		require.False(t, ok)
		require.Empty(t, groups)
	}
	require.Equal(t, 1, f.warnings())
	require.Contains(t, f.log.String(), "HTTP 401")
	require.Contains(t, f.log.String(), "reason=sql_auth")
	require.NotContains(t, f.log.String(), "secret-token")
}

func TestPoolListerWarnsOnceOfCutOffList(t *testing.T) {
	f := newFixture(t)
	rows := make([][]string, maxShown)
	for i := range rows {
		rows[i] = row(fmt.Sprint("POOL_", i), "ACTIVE")
	}
	f.account.set(http.StatusOK, rows...)
	for range 2 {
		pools, current := f.lister.list(context.Background())
		require.True(t, current)
		require.Len(t, pools, maxShown)
	}
	require.Equal(t, 1, strings.Count(f.log.String(), "may be cut off"))
}

func TestPoolListerRefusesMalformedAnswer(t *testing.T) {
	for name, test := range map[string]struct {
		source string
		rows   [][]string
		want   string
	}{
		"a row without a name": {SourceShow, [][]string{{"new"}}, "has no column `name`"},
		"a pool twice": {
			SourceShow, [][]string{row("POOL_A", "ACTIVE"), row("P\x1b", ""), row("P\x1b", "")}, `has the pool P\x1b twice`,
		},
		"two cells of endpoints":  {SourceFunction, [][]string{{"[]"}, {"[]"}}, "has 2 rows instead of one"},
		"an endpoint of no pool":  {SourceFunction, [][]string{{`["pool_a"]`}}, "has an unknown form"},
		"an endpoint sans a name": {SourceFunction, [][]string{{`["monitor..internal"]`}}, "must have 1 to 63 characters"},
		"an empty cell":           {SourceFunction, [][]string{{""}}, "is not a JSON array of names"},
		"an object":               {SourceFunction, [][]string{{"{}"}}, "is not a JSON array of names"},
		"a number":                {SourceFunction, [][]string{{"[1]"}}, "is not a JSON array of names"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, from(test.source))
			f.account.set(http.StatusOK, test.rows...)
			_, current := f.lister.list(context.Background())
			require.False(t, current)
			require.Contains(t, f.lister.accountError(), test.want)
			require.Equal(t, "sql_invalid", f.lister.failure.reason)
		})
	}
}

func TestPoolsThatDifferOnlyInCaseHaveOneEndpoint(t *testing.T) {
	pools, err := parseEndpoints(`["discover.monitor.a.cp.spcs.internal.","discover.monitor.A.cp.spcs.internal",
		"discover.monitor.b.cp.spcs.internal"]`)
	require.NoError(t, err)
	require.Len(t, pools, 2)
}

func FuzzEndpoints(f *testing.F) {
	f.Add(`["discover.monitor.pool_a.cp.spcs.internal","monitor.b.snowflakecomputing.internal."]`)
	f.Add(`["discover.monitor.pool_a.cp.spcs.internal","pool_b","monitor. .internal","."]`)
	f.Fuzz(func(t *testing.T, cell string) {
		pools, err := parseEndpoints(cell)
		if err != nil {
			return
		}
		unusable := 0
		for _, p := range pools {
			if p.unusable != nil {
				unusable++
				continue
			}
			require.NoError(t, checkPoolName(p.name))
			require.Len(t, p.dnsNames(""), 1)
		}
		require.True(t, len(pools) == 0 || unusable < len(pools), "one that can be looked up at least")
	})
}
