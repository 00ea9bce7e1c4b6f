// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

func TestAServiceWithoutGrantCostsItsOwnGroupOnly(t *testing.T) {
	f := newServiceFixture(t)
	for i := range 199 {
		f.add(fmt.Sprintf("S_%03d", i), fmt.Sprintf("10.0.0.%d", i+1))
	}
	refused := f.add("SHUT")
	refused.refused = true
	blind := f.add("BLIND", "10.0.1.1")
	blind.refused = true
	for range 21 {
		require.True(t, f.refreshOnce(), "a service fails no refresh")
	}
	require.Equal(t, 200, len(f.groups))
	require.Equal(t, map[string]string{"10.0.0.7:8000": "DB.S.S_006/0:8000"}, f.targets("S_006"))
	require.Equal(t, "dns_nxdomain", f.known("SHUT").Reason)
	require.Equal(t, 1, f.warnings("GRANT SERVICE ROLE DB.S.SHUT!all_endpoints_usage TO ROLE <role of the collector>;"))
	require.Equal(t, map[string]string{"10.0.1.1:8000": "DB.S.BLIND/10.0.1.1:8000"}, f.targets("BLIND"),
		"without a number, still one of its own")
	require.NotContains(t, f.groups["BLIND"].Targets[0], model.LabelName(LabelServiceInstance))
	require.Equal(t, 1, f.warnings("GRANT MONITOR ON SERVICE DB.S.BLIND TO ROLE <role of the collector>;"))
	require.Equal(t, 2, f.warnings(""), f.log)
}

func TestAnUnavailableAccountKeepsTheServices(t *testing.T) {
	f := newServiceFixture(t)
	s := f.add("LLM", "10.0.0.1")
	f.refreshOnce()
	f.account.down = true
	f.dns.Set("instances."+s.dnsName(), dnstest.Record{A: []string{"10.0.0.5"}})
	f.account.reset()
	for range 3 {
		require.False(t, f.refreshOnce())
	}
	require.Equal(t, map[string]string{"10.0.0.5:8000": "DB.S.LLM/10.0.0.5:8000"}, f.targets("LLM"), "DNS is followed")
	require.Equal(t, 3, f.account.sent("SHOW"), "single services are not asked about")
	require.Equal(t, 1, f.warnings("known services are kept"))
	require.Equal(t, 1, f.warnings(""))
	f.account.down = false
	f.deploy(s, "10.0.0.5")
	require.True(t, f.refreshOnce())
	require.Equal(t, map[string]string{"10.0.0.5:8000": "DB.S.LLM/0:8000"}, f.targets("LLM"))
}

func TestAddressesAreKeptWhileALookupFails(t *testing.T) {
	f := newServiceFixture(t, func(c *SDConfig) { c.StaleAfter = model.Duration(time.Minute) })
	s := f.add("LLM", "10.0.0.1")
	f.refreshOnce()
	f.dns.Set("instances."+s.dnsName(), dnstest.Record{RCode: 2})
	f.refreshOnce()
	require.Len(t, f.targets("LLM"), 1)
	require.Equal(t, "dns_server", f.known("LLM").Reason)
	f.memory.services[ServiceName{"DB", "S", "LLM"}].seenAt = time.Now().Add(-2 * time.Minute)
	f.refreshOnce()
	require.Empty(t, f.targets("LLM"))
	require.Equal(t, 1, f.warnings("dropped"))
	f.deploy(s, "10.0.0.1")
	f.refreshOnce()
	require.Len(t, f.targets("LLM"), 1)
}

func TestServicesBeyondMaxTargetsAreLeftOutByName(t *testing.T) {
	f := newServiceFixture(t, func(c *SDConfig) { c.MaxTargets, c.Services = 3, []string{"db.s.z:1"} })
	f.add("A", "10.0.0.1")
	b := f.add("B", "10.0.0.2")
	f.add("C", "10.0.0.3")
	f.add("Z", "10.0.0.4")
	f.refreshOnce()
	f.refreshOnce()
	require.Len(t, f.groups, 3)
	require.Empty(t, f.targets("C"))
	require.Equal(t, "max_targets", f.known("C").Reason)
	require.Equal(t, 1, f.warnings("left_out=1 services=DB.S.C"))
	f.deploy(b, "10.0.0.2", "10.0.0.5")
	f.refreshOnce()
	require.Empty(t, f.targets("B"), "not in part")
	require.Len(t, f.targets("C"), 1, "in its place")
	require.Equal(t, 1, f.warnings("left_out=1 services=DB.S.B"))
}

func TestAddressesThatNoInstanceCanHaveAreLeftOut(t *testing.T) {
	f := newServiceFixture(t)
	f.resolver.simulated = false
	f.add("LLM", "10.0.0.1", "169.254.169.254", "127.0.0.1")
	f.add("SELF", "127.0.0.1")
	f.refreshOnce()
	require.Equal(t, map[string]string{"10.0.0.1:8000": "DB.S.LLM/0:8000"}, f.targets("LLM"))
	require.Empty(t, f.targets("SELF"))
	require.Equal(t, "dns_address", f.known("SELF").Reason)
}

func TestAHostileNameActsNowhere(t *testing.T) {
	f := newServiceFixture(t)
	f.add("X\x1b[2J\nY", "10.0.0.1").comment = "prometheus.io/scrape=\u202etrue"
	f.refreshOnce()
	require.NotContains(t, f.log.String(), "\x1b")
	require.Equal(t, 1, f.warnings("reason=annotation"))
	require.NotContains(t, strings.ReplaceAll(f.log.String(), "\n", ""), "\u202e")
}

func TestTheAnswerMustListServicesInFull(t *testing.T) {
	f := newServiceFixture(t)
	f.add("A", "10.0.0.1")
	f.add("A", "10.0.0.1")
	require.False(t, f.refreshOnce())
	require.Contains(t, f.lister.accountError(), "has the service DB.S.A twice")
}

func TestRolesAreChecked(t *testing.T) {
	for text, want := range map[string]string{
		"role: pods\n":                             "`role` is \"pods\": set nodes or services",
		"services: [A.B.C]\n":                      "`services` and `max_targets` are for services",
		"role: services\npool_source: show\n":      "`pool_source` is for nodes",
		"role: services\nmax_targets: -1\n":        "`max_targets` is -1",
		"role: services\nservices: [LLM]\n":        "`services`: \"LLM\" is not the full name of a service",
		"role: services\nservices: [a.b.c, A.B.C]": "`services` names A.B.C twice",
	} {
		_, err := parse(account + text)
		require.ErrorContains(t, err, want)
	}
	_, err := parse("role: services\ncompute_pools: [A]\n")
	require.ErrorContains(t, err, "`host` is not set", "the account is asked all the same")
	c, err := parse(account + "role: services\nservices: ['DB.S.LLM:8000/metrics']\ncompute_pools: [A]\n")
	require.NoError(t, err)
	require.Equal(t, DefaultMaxTargets, c.maxTargets())
}
