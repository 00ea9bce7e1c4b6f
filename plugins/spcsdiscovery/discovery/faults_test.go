// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

func TestAPoolWhoseLookupFailsKeepsItsNodesAndDisturbsNoOther(t *testing.T) {
	f := newFixture(t, "POOL_A", "POOL_B")
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.dns.Set(poolB, dnstest.Record{A: []string{"10.0.1.1"}})
	f.mustLook(t)
	for name, record := range map[string]dnstest.Record{
		"SERVFAIL": {RCode: dnsmessage.RCodeServerFailure}, "NXDOMAIN": {RCode: dnsmessage.RCodeNameError},
	} {
		t.Run(name, func(t *testing.T) {
			f.log.Reset()
			f.dns.Set(poolA, record)
			groups, ok := f.look()
			require.False(t, ok)
			require.NotContains(t, groups, "POOL_A", "Prometheus keeps the targets of a group that is not sent")
			require.Equal(t, []string{"10.0.1.1:9001"}, addresses(groups["POOL_B"]))
			require.Equal(t, 1, f.warnings(), f.log)
			require.Contains(t, f.log.String(), "compute_pool=POOL_A")
		})
	}
}

func TestAPoolThatFailsForTooLongIsDroppedOnceAndComesBack(t *testing.T) {
	f := newFixture(t, "POOL_A")
	f.config.StaleAfter = 0
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.mustLook(t)
	f.dns.Set(poolA, dnstest.Record{RCode: dnsmessage.RCodeServerFailure})
	groups, _ := f.look()
	require.Contains(t, groups, "POOL_A")
	require.Empty(t, groups["POOL_A"].Targets)
	require.Contains(t, f.log.String(), "Pool dropped")
	groups, _ = f.look()
	require.NotContains(t, groups, "POOL_A", "once is enough")
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	require.NotEmpty(t, f.mustLook(t)["POOL_A"].Targets)
}

func TestAnUnknownPoolIsOneWarningUntilItIsFound(t *testing.T) {
	f := newFixture(t, "POOL_A")
	for range 3 {
		_, ok := f.look()
		require.False(t, ok)
	}
	require.Equal(t, 1, f.warnings(), f.log)
	require.Contains(t, f.log.String(), "MONITOR")
	require.Contains(t, f.log.String(), "reason=dns_nxdomain")
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.mustLook(t)
	require.Contains(t, f.log.String(), "Pool can be looked up again")
}

func TestASuspendedPoolEndsAtOnceAndIsNoFault(t *testing.T) {
	f := newFixture(t)
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"))
	f.mustLook(t)
	f.account.set(http.StatusOK, row("POOL_A", "SUSPENDED"))
	f.dns.Set(poolA, dnstest.Record{RCode: dnsmessage.RCodeNameError})
	groups, _ := f.look()
	require.Contains(t, groups, "POOL_A")
	require.Empty(t, groups["POOL_A"].Targets)
	require.Equal(t, model.LabelValue("SUSPENDED"), groups["POOL_A"].Labels["__meta_spcs_compute_pool_state"])
	require.Empty(t, f.log.String())
}

func TestAPoolThatTheAccountNoLongerListsIsTakenBack(t *testing.T) {
	f := newFixture(t)
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.dns.Set(poolB, dnstest.Record{A: []string{"10.0.1.1"}})
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"), row("POOL_B", "ACTIVE"))
	f.mustLook(t)
	f.account.set(http.StatusOK, row("POOL_B", "ACTIVE"))
	groups := f.mustLook(t)
	require.Contains(t, groups, "POOL_A")
	require.Empty(t, groups["POOL_A"].Targets)
	require.NotContains(t, f.mustLook(t), "POOL_A", "once is enough")
}

func TestAnAccountThatRefusesIsOneWarningWithoutTheToken(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusUnauthorized)
	groups, ok := f.look()
	require.False(t, ok)
	require.Empty(t, groups)
	require.Equal(t, 1, f.warnings())
	require.Contains(t, f.log.String(), "HTTP 401")
	require.Contains(t, f.log.String(), "reason=sql_auth")
	require.NotContains(t, f.log.String(), "secret-token")
}

func TestNodesAreFollowedByDNSWhileTheAccountCannotBeAsked(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.mustLook(t)
	f.account.set(http.StatusForbidden)
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1", "10.0.0.2"}})
	groups, ok := f.look()
	require.False(t, ok)
	require.Equal(t, []string{"10.0.0.1:9001", "10.0.0.2:9001"}, addresses(groups["POOL_A"]))
	require.Equal(t, 1, f.warnings())
}

func TestPoolsGoWhenTheAccountCannotBeAskedForTooLong(t *testing.T) {
	for name, test := range map[string]struct {
		limit time.Duration
		kept  bool
	}{"with a limit": {time.Nanosecond, false}, "without": {0, true}} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.config.AccountStaleAfter = model.Duration(test.limit)
			f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"))
			f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
			f.mustLook(t)
			f.account.set(http.StatusForbidden)
			groups, _ := f.look()
			require.Equal(t, test.kept, len(groups["POOL_A"].Targets) > 0)
		})
	}
}

func TestTheTokenFileIsReadForEveryRefresh(t *testing.T) {
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
			f.mustLook(t)
			require.NoError(t, test.spoil(f.config.TokenFile))
			f.look()
			require.Contains(t, f.log.String(), test.want)
			require.Contains(t, f.log.String(), "reason=sql_token")
			require.NoError(t, os.WriteFile(f.config.TokenFile, []byte("another"), 0o600))
			f.mustLook(t)
			require.Contains(t, f.log.String(), "Account answers again")
		})
	}
}

func TestAnOutageOfAnHourIsFiveLinesAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var trouble notice
		lines := 0
		for range 60 {
			if trouble.failed("sql_server") {
				lines++
			}
			time.Sleep(time.Minute)
		}
		lasted, ended := trouble.ended()
		require.True(t, ended)
		require.Equal(t, time.Hour, lasted)
		require.LessOrEqual(t, lines+1, 5)
		require.Positive(t, lines)
		require.True(t, trouble.failed("sql_server"), "a new outage is told at once")
		require.True(t, trouble.failed("sql_auth"), "and so is another reason")
	})
}

func TestPoolsWithSmallLettersAreWarnedOfOnce(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("Pool_A", "ACTIVE"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.mustLook(t)
	require.NotEmpty(t, f.mustLook(t)["Pool_A"].Targets)
	require.Equal(t, 1, f.warnings(), f.log)
	require.Contains(t, f.log.String(), "small letters")
}

func TestAListThatMayBeCutOffIsWarnedOfOnce(t *testing.T) {
	f := newFixture(t)
	rows := make([][]string, maxShown)
	for i := range rows {
		rows[i] = row("POOL_A", "ACTIVE")
	}
	f.account.set(http.StatusOK, rows...)
	for range 2 {
		pools, err := f.askAccount(context.Background())
		require.NoError(t, err)
		require.Len(t, pools, maxShown)
	}
	require.Equal(t, 1, strings.Count(f.log.String(), "may be cut off"))
}

func TestAPoolThatIsSilentDelaysNoOther(t *testing.T) {
	f := newFixture(t, "POOL_A", "POOL_B")
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
	require.Less(t, <-found, lookupTimeout, "it is sent before the silent one is given up")
	cancel()
	select {
	case <-done:
	case <-time.After(2 * time.Second):
		t.Fatal("a shutdown does not wait for a silent server")
	}
}

func TestALookupErrorNamesTheServerThatWasAsked(t *testing.T) {
	f := newFixture(t, "POOL_A")
	f.dns.Set(poolA, dnstest.Record{RCode: dnsmessage.RCodeServerFailure})
	f.look()
	require.Contains(t, f.log.String(), f.dns.Addr)
}

func TestRunSendsGroupsAtEveryIntervalAndEndsWithItsContext(t *testing.T) {
	f := newFixture(t, "POOL_A")
	f.config.RefreshInterval = model.Duration(20 * time.Millisecond)
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	ctx, cancel := context.WithCancel(context.Background())
	up, ended := make(chan []*targetgroup.Group), make(chan struct{})
	go func() {
		defer close(ended)
		f.Run(ctx, up)
	}()
	for seen := 0; seen < 2; {
		if groups := <-up; len(groups) > 0 {
			require.Equal(t, []string{"10.0.0.1:9001"}, addresses(groups[0]))
			seen++
		}
	}
	cancel()
	select {
	case <-ended:
	case <-time.After(2 * time.Second):
		t.Fatal("Run did not end")
	}
}
