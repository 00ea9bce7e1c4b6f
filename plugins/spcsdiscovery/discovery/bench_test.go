// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

// BenchmarkRefresh measures a whole refresh: one statement, and SRV and address records of every pool's nodes, with
// account and DNS server on loopback in the same process.
func BenchmarkRefresh(b *testing.B) {
	for _, load := range []struct{ pools, nodes, milliseconds int }{
		{10, 20, 0}, {100, 20, 0}, {1000, 20, 0}, {10, 20, 20}, {100, 20, 20}, {200, 20, 20}, {1000, 20, 20},
		{10, 20, 40}, {100, 20, 40}, {1000, 20, 40}, {1, 150, 40}, {1, 1000, 40},
	} {
		pools := load.pools
		b.Run(fmt.Sprintf("pools=%d/nodes=%d/dns=%dms", pools, load.nodes, load.milliseconds), func(b *testing.B) {
			f := newFixture(b)
			f.dns.SetDelay(time.Duration(load.milliseconds) * time.Millisecond)
			rows := make([][]string, pools)
			for i := range rows {
				name := fmt.Sprintf("POOL_%d", i)
				rows[i] = row(name, "ACTIVE")
				record := dnstest.Record{SRV: map[string]uint16{}}
				for n := range load.nodes {
					target := fmt.Sprintf("n%d.%s.internal", n, name)
					record.SRV[target] = metricsPort
					f.dns.Set(target, dnstest.Record{A: []string{address(i*load.nodes + n)}})
				}
				f.dns.Set(dnsNames(name)[0], record)
			}
			f.account.set(http.StatusOK, rows...)
			targets := 0
			for b.Loop() {
				targets = 0
				f.dns.Reset()
				require.True(b, f.refresh(context.Background(), func(groups []*targetgroup.Group) {
					for _, group := range groups {
						targets += len(group.Targets)
					}
				}), f.log)
			}
			require.Equal(b, pools*load.nodes, targets)
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			b.ReportMetric(float64(memory.Sys)/1e6, "MB-process")
		})
	}
}

func address(node int) string { return fmt.Sprintf("10.%d.%d.%d", node>>16, node>>8&255, node&255) }

// BenchmarkRefreshOfServices measures a refresh of 1,000 listed services of which 200 are opted in, once all of them are
// known.
func BenchmarkRefreshOfServices(b *testing.B) {
	for _, milliseconds := range []int{0, 40} {
		b.Run(fmt.Sprintf("services=1000/opted_in=200/dns=%dms", milliseconds), func(b *testing.B) {
			f := newServiceFixture(b)
			for i := range 1000 {
				s := f.add(fmt.Sprintf("S_%03d", i), address(i+1))
				if i >= 200 {
					s.comment = "For people"
				}
			}
			for range 200/maxStatements + 1 {
				require.True(b, f.refreshOnce(), f.log)
			}
			f.dns.SetDelay(time.Duration(milliseconds) * time.Millisecond)
			f.account.reset()
			refreshes := 0
			for b.Loop() {
				f.dns.Reset()
				require.True(b, f.refreshOnce(), f.log)
				refreshes++
			}
			require.Len(b, f.groups, 200)
			require.Equal(b, refreshes, f.account.sent("SHOW"))
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			b.ReportMetric(float64(memory.Sys)/1e6, "MB-process")
		})
	}
}
