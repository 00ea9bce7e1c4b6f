// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/relabel"
	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

// shard makes a fixture one of several.
func shard(index, count int) func(*SDConfig) {
	return func(c *SDConfig) { c.Shard = ShardConfig{Index: &index, Count: count} }
}

func TestShardsTogetherWatchEveryPoolOnce(t *testing.T) {
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprintf("Pool_%d", i))
	}
	for count := 1; count <= 16; count++ {
		t.Run(strconv.Itoa(count), func(t *testing.T) {
			t.Parallel()
			var watched []string
			for index := range count {
				f := newFixture(t, shard(index, count))
				var rows [][]string
				for _, name := range names {
					rows = append(rows, row(name, "ACTIVE"))
					f.dns.Set("discover.monitor."+strings.ToLower(name)+poolDomain, dnstest.Record{A: []string{"10.0.0.1"}})
				}
				f.account.set(http.StatusOK, rows...)
				status := f.report()
				for _, pool := range status.Pools {
					require.Len(t, pool.Nodes, 1)
					watched = append(watched, pool.Name)
				}
				require.Len(t, status.OtherShards, len(names)-len(status.Pools))
				require.Equal(t, count, status.Shards)
			}
			require.ElementsMatch(t, names, watched)
		})
	}
}

func TestShardOfIsHashmodOfPrometheusWhateverTheCase(t *testing.T) {
	for i := range 200 {
		name := fmt.Sprintf("POOL_%d", i)
		rules := []*relabel.Config{{
			SourceLabels: model.LabelNames{"pool"}, Separator: ";", Modulus: 7, TargetLabel: "shard",
			Action: relabel.HashMod, NameValidationScheme: model.UTF8Validation,
		}}
		relabelled := labels.NewBuilder(labels.FromStrings("pool", name))
		relabel.ProcessBuilder(relabelled, rules...)
		require.Equal(t, relabelled.Get("shard"), strconv.Itoa(ShardOf(name, 7)))
		require.Equal(t, ShardOf(name, 7), ShardOf(strings.ToLower(name), 7))
	}
}

// The values stand in a test of the deployment, too, which divides volumes and nodes by the same formula.
func TestShardOfIsWhatADeploymentReckonsWith(t *testing.T) {
	for name, want := range map[string]int{"WEB_POOL": 3, "web_pool": 3, "BATCH_POOL": 0, "A": 1} {
		require.Equal(t, want, ShardOf(name, 4), name)
	}
}

func TestAShardNeitherLooksUpNorCountsThePoolsOfOthers(t *testing.T) {
	// Of two shards POOL_A belongs to one and POOL_B to the other.
	require.NotEqual(t, ShardOf("POOL_A", 2), ShardOf("POOL_B", 2))
	f := newFixture(t, shard(ShardOf("POOL_A", 2), 2))
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"), row("POOL_B", "ACTIVE"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	status := f.report()
	require.Len(t, status.Pools, 1)
	require.Equal(t, []string{"POOL_B"}, status.OtherShards)
	require.Zero(t, status.FailedInARow, "POOL_B is not in DNS, and nobody asked")
	require.NotContains(t, f.dns.Asked(), poolB)
	require.Contains(t, f.log.String(), "pools_of_other_shards=1")
	f.account.set(http.StatusInternalServerError)
	require.Equal(t, []string{"POOL_B"}, f.report().OtherShards, "the last list is kept")
}

func TestWithoutShardsTheStatusNamesNone(t *testing.T) {
	f := newFixture(t, named("POOL_A"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	status := f.report()
	require.Zero(t, status.Shards)
	require.Empty(t, status.OtherShards)
	require.NotContains(t, f.log.String(), "shard")
}

func TestShardKeysThatWatchTheWrongPoolsAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"{count: 2}":            "`shard::count` is 2 and `shard::index` is not set: set which of them this is, from 0 to 1",
		"{index: 0}":            "`shard::index` is 0 and `shard::count` is not set",
		"{index: 2, count: 2}":  "`shard::index` is 2 and `shard::count` is 2: set an index from 0 to 1",
		"{index: -1, count: 2}": "`shard::index` is -1",
		"{index: 0, count: -2}": "`shard::count` is -2",
		"{index: 0, count: 0}":  "`shard::count` is not set",
		"{index: x, count: 2}":  "cannot unmarshal",
	} {
		_, err := parse("compute_pools: [A]\nshard: " + text + "\n")
		require.ErrorContains(t, err, want, text)
	}
	for _, text := range []string{"{}", "{index: , count: }", "{index: 0, count: 1}", "{index: 15, count: 16}"} {
		_, err := parse("compute_pools: [A]\nshard: " + text + "\n")
		require.NoError(t, err, text)
	}
}
