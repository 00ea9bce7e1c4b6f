// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

func TestDiscoveryKeepsNodesOfFailedPool(t *testing.T) {
	f := newFixture(t, named("POOL_A", "POOL_B"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.dns.Set(poolB, dnstest.Record{A: []string{"10.0.1.1"}})
	f.mustDiscover(t)
	for name, record := range map[string]dnstest.Record{
		"SERVFAIL": {RCode: dnsmessage.RCodeServerFailure}, "NXDOMAIN": {RCode: dnsmessage.RCodeNameError},
	} {
		t.Run(name, func(t *testing.T) {
			f.log.Reset()
			f.dns.Set(poolA, record)
			groups, ok := f.discover()
			require.False(t, ok)
			require.NotContains(t, groups, "POOL_A", "Prometheus keeps the targets of a group that is not sent")
			require.Equal(t, []string{"10.0.1.1:9001"}, addresses(groups["POOL_B"]))
			require.Equal(t, 1, f.warnings(), f.log)
			require.Contains(t, f.log.String(), "compute_pool=POOL_A")
		})
	}
}

func TestDiscoveryDropsPoolAfterStaleAfter(t *testing.T) {
	f := newFixture(t, named("POOL_A"), func(c *SDConfig) { c.StaleAfter = 0 })
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.mustDiscover(t)
	f.dns.Set(poolA, dnstest.Record{RCode: dnsmessage.RCodeServerFailure})
	groups, _ := f.discover()
	require.Contains(t, groups, "POOL_A")
	require.Empty(t, groups["POOL_A"].Targets)
	require.Contains(t, f.log.String(), "Pool dropped")
	groups, _ = f.discover()
	require.NotContains(t, groups, "POOL_A", "once is enough")
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	require.NotEmpty(t, f.mustDiscover(t)["POOL_A"].Targets)
}

func TestDiscoveryDropsUnlistedPoolOnce(t *testing.T) {
	f := newFixture(t)
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.dns.Set(poolB, dnstest.Record{A: []string{"10.0.1.1"}})
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"), row("POOL_B", "ACTIVE"))
	f.mustDiscover(t)
	f.account.set(http.StatusOK, row("POOL_B", "ACTIVE"))
	groups := f.mustDiscover(t)
	require.Contains(t, groups, "POOL_A")
	require.Empty(t, groups["POOL_A"].Targets)
	require.NotContains(t, f.mustDiscover(t), "POOL_A", "once is enough")
}

func TestDiscoveryEndsSuspendedPoolWithoutFailure(t *testing.T) {
	f := newFixture(t)
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"))
	f.mustDiscover(t)
	f.account.set(http.StatusOK, row("POOL_A", "SUSPENDED"))
	f.dns.Set(poolA, dnstest.Record{RCode: dnsmessage.RCodeNameError})
	groups := f.mustDiscover(t)
	require.Contains(t, groups, "POOL_A")
	require.Empty(t, groups["POOL_A"].Targets)
	require.Equal(t, model.LabelValue("SUSPENDED"), groups["POOL_A"].Labels["__meta_spcs_compute_pool_state"])
	require.Empty(t, f.log.String())
}

func TestDiscoveryFollowsDNSWithoutAccount(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.mustDiscover(t)
	f.account.set(http.StatusForbidden)
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1", "10.0.0.2"}})
	groups, ok := f.discover()
	require.False(t, ok)
	require.Equal(t, []string{"10.0.0.1:9001", "10.0.0.2:9001"}, addresses(groups["POOL_A"]))
	require.Equal(t, 1, f.warnings())
}

func TestDiscoveryDropsAllPoolsAfterAccountStaleAfter(t *testing.T) {
	for name, test := range map[string]struct {
		limit time.Duration
		kept  bool
	}{"with a limit": {time.Nanosecond, false}, "without": {0, true}} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(c *SDConfig) { c.AccountStaleAfter = model.Duration(test.limit) })
			f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"))
			f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
			f.mustDiscover(t)
			f.account.set(http.StatusForbidden)
			groups, _ := f.discover()
			require.Equal(t, test.kept, len(groups["POOL_A"].Targets) > 0)
		})
	}
}

func TestDiscoveryReadsTokenFileAgain(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(string) error
		want  string
	}{
		"emptied": {func(file string) error { return os.Truncate(file, 0) }, "is empty"},
		"removed": {os.Remove, "`token_file`"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.account.set(http.StatusOK)
			f.mustDiscover(t)
			require.NoError(t, test.spoil(f.config.TokenFile))
			f.discover()
			require.Contains(t, f.log.String(), test.want)
			require.Contains(t, f.log.String(), "reason=sql_token")
			require.NoError(t, os.WriteFile(f.config.TokenFile, []byte("another"), 0o600))
			f.mustDiscover(t)
			require.Contains(t, f.log.String(), "Account answers again")
		})
	}
}

func TestDiscoverySilentPoolDelaysNoOther(t *testing.T) {
	f := newFixture(t, named("POOL_A", "POOL_B"))
	f.dns.Set(poolA, dnstest.Record{Silent: true})
	f.dns.Set(poolB, dnstest.Record{A: []string{"10.0.1.1"}})
	ctx, cancel := context.WithCancel(context.Background())
	started, found := time.Now(), make(chan time.Duration, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.refresh(ctx, func(groups []*targetgroup.Group) {
			if len(groups) > 0 {
				found <- time.Since(started)
			}
		})
	}()
	require.Less(t, <-found, attemptTimeout, "it is sent before the silent one is given up")
	cancel()
	select {
	case <-done:
	case <-time.After(2 * time.Second):
		t.Fatal("a shutdown does not wait for a silent server")
	}
}
