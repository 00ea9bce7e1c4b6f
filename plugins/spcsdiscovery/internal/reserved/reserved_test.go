// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package reserved

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/stretchr/testify/require"
)

func TestNamesOfThePlatformOfRulesAndOfTheScrapeAreReserved(t *testing.T) {
	for _, name := range []string{
		"container_cpu_usage", "node_memory_capacity", "volume_usage", "up", "target_info", "scrape_samples_scraped",
		"ALERTS", "ALERTS_FOR_STATE", "spcs_compute_pool_info", "spcs_pool:node_memory_capacity:sum",
		"spcs:anything", "spcs_container_memory_used_bytes", "container.cpu.usage", "target.info", "spcs.pool", "spcs-x",
		"container\u00e4cpu_usage",
	} {
		require.True(t, Name(name), name)
	}
	for _, name := range []string{
		"vllm:num_requests_waiting", "http_requests_total", "process_cpu_seconds_total", "upper", "up_time", "alerts",
		"container_cpu_usage_seconds_total", "spcsx", "myspcs_x", "ray_node_mem_used", "",
	} {
		require.False(t, Name(name), name)
	}
}

func TestEveryMetricAndRuleOfTheProjectIsReserved(t *testing.T) {
	page, err := os.ReadFile("../../../../docs/metrics.md")
	require.NoError(t, err)
	published, rest, _ := strings.Cut(string(page), "\n## Labels\n")
	_, recorded, _ := strings.Cut(rest, "\n## Recorded series\n")
	found := regexp.MustCompile("(?m)^\\| `([a-zA-Z_:]+)` \\|").FindAllStringSubmatch(published+"\n"+recorded, -1)
	require.Greater(t, len(found), 50)
	for _, name := range found {
		require.True(t, Name(name[1]), name[1])
	}
	require.Equal(t, len(names)-2, strings.Count(published, "\n| `"), "and no other name of the platform's kind")
}

func TestJudgeRemovesLabelsOfThePlatformThatAreNotForced(t *testing.T) {
	forced := map[string]struct{}{"snow_service_name": {}}
	ls := labels.FromStrings("__name__", "requests", "snow_service_name", "OURS", "snow_account_name", "x",
		"snow.service.container.instance", "0", "__tenant_id__", "x", "snowflake", "kept", "exported_snow_service_name", "kept")
	kept, stripped, leftOut := Judge(ls, forced)
	require.True(t, stripped)
	require.False(t, leftOut)
	require.Equal(t, `{__name__="requests", exported_snow_service_name="kept", snow_service_name="OURS", snowflake="kept"}`,
		kept.String())
	kept, stripped, leftOut = Judge(kept, forced)
	require.False(t, stripped || leftOut)
	require.Equal(t, 4, kept.Len())
	_, _, leftOut = Judge(labels.FromStrings("__name__", "up", "snow_x", "y"), forced)
	require.True(t, leftOut)
}
