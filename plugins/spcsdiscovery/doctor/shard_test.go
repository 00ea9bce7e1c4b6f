// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
)

func TestExamineSaysWhichShardWatchesEachPool(t *testing.T) {
	f := newFixture(t)
	for _, name := range []string{"POOL_A", "POOL_B", "POOL_C"} {
		f.account.addPool(name, "SUSPENDED", "MONITOR")
	}
	report, err := Examine(context.Background(), &f.config, []string{"GONE"}, 3)
	require.NoError(t, err)
	require.NotEmpty(t, report.Pools)
	var out bytes.Buffer
	report.Write(&out)
	for _, pool := range report.Pools {
		if pool.Name == "GONE" {
			require.Nil(t, pool.Shard)
			require.Regexp(t, `(?m)^GONE .* broken +-$`, out.String())
			continue
		}
		require.Equal(t, discovery.ShardOf(pool.Name, 3), *pool.Shard)
		require.Regexp(t, fmt.Sprintf(`(?m)^%s .* %d$`, pool.Name, *pool.Shard), out.String())
	}
	require.Regexp(t, `VERDICT +SHARD\n`, out.String())
}
