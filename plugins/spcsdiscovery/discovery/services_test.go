// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

func TestServicesAreFoundByTheWordsOfTheirComments(t *testing.T) {
	f := newServiceFixture(t)
	f.add("LLM", "10.0.0.1", "10.0.0.2")
	f.add("QUIET", "10.0.0.3").comment = "For people"
	require.True(t, f.refreshOnce(), f.log)
	require.Len(t, f.groups, 1)
	require.Equal(t, map[string]string{"10.0.0.1:8000": "DB.S.LLM/0:8000", "10.0.0.2:8000": "DB.S.LLM/1:8000"},
		f.targets("LLM"))
	group := f.groups["LLM"]
	for name, want := range map[string]string{
		"__meta_spcs_service_database_name": "DB", "__meta_spcs_service_schema_name": "S",
		"__meta_spcs_service_name": "LLM", "__meta_spcs_service_compute_pool": "POOL_A",
		"__meta_spcs_service_status": "RUNNING", "__meta_spcs_service_owner": "OWNER",
		"__meta_spcs_service_annotation_port": "8000", "__meta_spcs_service_annotation_path": "/metrics",
		"__meta_spcs_dns_name": "instances.llm.abcd.svc.spcs.internal", "__metrics_path__": "/metrics",
	} {
		require.Equal(t, want, string(group.Labels[model.LabelName(name)]), name)
	}
	require.NotContains(t, f.dns.Asked(), "instances.quiet.abcd.svc.spcs.internal")
}

func TestAListedServiceNeedsNoWordsInItsComment(t *testing.T) {
	f := newServiceFixture(t, func(c *SDConfig) {
		c.Services = []string{"db.s.managed:9090/m", "db.s.half", "db.s.gone:1"}
	})
	f.add("MANAGED", "10.0.0.1").comment = "prometheus.io/scrape=nonsense"
	f.add("HALF", "10.0.0.2").comment = "prometheus.io/scrape=true prometheus.io/port=7000"
	f.refreshOnce()
	require.Equal(t, map[string]string{"10.0.0.1:9090": "DB.S.MANAGED/0:9090"}, f.targets("MANAGED"))
	require.Equal(t, "/m", string(f.groups["MANAGED"].Labels["__metrics_path__"]))
	require.Equal(t, map[string]string{"10.0.0.2:7000": "DB.S.HALF/0:7000"}, f.targets("HALF"))
	gone := f.known("GONE")
	require.False(t, gone.Listed)
	require.Equal(t, "not_listed", gone.Reason)
	require.Contains(t, gone.Error, "GRANT MONITOR ON SERVICE DB.S.GONE TO ROLE <role of the collector>;")
	f.refreshOnce()
	require.Equal(t, 1, f.warnings("not_listed"), "once")
}

func TestAPortIsAskedForOncePerSpecification(t *testing.T) {
	f := newServiceFixture(t)
	s := f.add("LLM", "10.0.0.1")
	s.comment, s.endpoints = "prometheus.io/scrape=true", map[string]string{"api": "80", "METRICS": "9400"}
	for range 3 {
		f.refreshOnce()
	}
	require.Equal(t, map[string]string{"10.0.0.1:9400": "DB.S.LLM/0:9400"}, f.targets("LLM"))
	require.Equal(t, 1, f.account.sent("SHOW ENDPOINTS"))
	s.digest, s.endpoints = "d2", map[string]string{"api": "80"}
	f.refreshOnce()
	require.Equal(t, 2, f.account.sent("SHOW ENDPOINTS"))
	require.Empty(t, f.targets("LLM"))
	require.Equal(t, "endpoint", f.known("LLM").Reason)
	require.Equal(t, 1, f.warnings("no endpoint named metrics"))
}

func TestRefreshesOfAThousandServicesSendOneStatementEach(t *testing.T) {
	f := newServiceFixture(t)
	for i := range 1000 {
		s := f.add(fmt.Sprintf("S_%03d", i), fmt.Sprintf("10.1.%d.%d", i/200, i%200+1))
		if i >= 200 {
			s.comment = "For people"
		}
	}
	for range 20 {
		f.account.reset()
		require.True(t, f.refreshOnce())
		require.Equal(t, 1, f.account.sent(showServices))
		require.LessOrEqual(t, f.account.sent("SHOW SERVICE INSTANCES"), maxStatements)
	}
	f.account.reset()
	for range 20 {
		require.True(t, f.refreshOnce())
	}
	require.Equal(t, 20, f.account.sent("SHOW"), "nothing has changed")
	require.Len(t, f.groups, 200)
	require.Len(t, f.memory.services, 200, "services that are not opted in cost no memory")
	for name, group := range f.groups {
		require.Equal(t, "0", string(group.Targets[0][LabelServiceInstance]), name)
	}
	require.Zero(t, f.warnings(""), f.log)
}

func TestWhatDoesNotFitIntoARefreshFollowsSoonUnderItsLastingName(t *testing.T) {
	f := newServiceFixture(t)
	for i := range 25 {
		f.add(fmt.Sprintf("S_%03d", i), fmt.Sprintf("10.1.0.%d", i+1)).endpoints = map[string]string{"metrics": "9400"}
	}
	for i := range 12 {
		f.account.services[i].comment = "prometheus.io/scrape=true"
	}
	f.refreshOnce()
	require.Len(t, f.groups, 10)
	require.Equal(t, 10, f.account.sent("SHOW ENDPOINTS"))
	require.Equal(t, 10, f.account.sent("SHOW SERVICE INSTANCES"))
	for rounds := 2; f.unfinished(); rounds-- {
		require.Positive(t, rounds)
		f.catchUp(context.Background(), f.take)
	}
	require.Len(t, f.groups, 25)
	for name, group := range f.groups {
		require.Equal(t, "0", string(group.Targets[0][LabelServiceInstance]), name)
	}
	require.Equal(t, 1+12+25, f.account.sent("SHOW"), "the list of services once")
	f.refreshOnce()
	require.False(t, f.unfinished())
}

func TestTheLoopCatchesUpBetweenRefreshes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		finder := &slowFinder{}
		l := &loop{finder: finder}
		next := time.NewTimer(time.Minute)
		require.True(t, l.wait(context.Background(), next.C, nil))
		require.Equal(t, 3, finder.rounds)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		require.False(t, l.wait(ctx, nil, nil))
	})
}

// slowFinder needs three rounds.
type slowFinder struct {
	finder
	rounds int
}

func (f *slowFinder) unfinished() bool { return f.rounds < 3 }

func (f *slowFinder) catchUp(context.Context, func([]*targetgroup.Group)) { f.rounds++ }

func TestASuspendedServiceRestsAndComesBack(t *testing.T) {
	f := newServiceFixture(t)
	s := f.add("LLM", "10.0.0.1")
	f.refreshOnce()
	require.Len(t, f.targets("LLM"), 1)
	for _, status := range []string{"SUSPENDING", "SUSPENDED", "FAILED", "DELETING", "DONE"} {
		s.status = status
		f.dns.Reset()
		f.refreshOnce()
		require.Empty(t, f.targets("LLM"))
		require.Empty(t, f.dns.Asked(), "it is not looked up")
	}
	s.status = "PENDING"
	f.deploy(s)
	f.refreshOnce()
	require.Empty(t, f.known("LLM").Reason, "it starts, and no addresses are right")
	s.status = "RUNNING"
	f.deploy(s, "10.0.0.9")
	f.refreshOnce()
	require.Equal(t, map[string]string{"10.0.0.9:8000": "DB.S.LLM/0:8000"}, f.targets("LLM"))
	require.Zero(t, f.warnings(""), f.log)
}

func TestInstancesKeepTheirNamesOverARedeployment(t *testing.T) {
	f := newServiceFixture(t)
	s := f.add("LLM", "10.0.0.1")
	f.refreshOnce()
	f.deploy(s, "10.0.0.2")
	s.digest = "d2"
	f.refreshOnce()
	require.Equal(t, map[string]string{"10.0.0.2:8000": "DB.S.LLM/0:8000"}, f.targets("LLM"))
	f.deploy(s, "10.0.0.2", "10.0.0.3", "10.0.0.4")
	f.refreshOnce()
	require.Equal(t, map[string]string{
		"10.0.0.2:8000": "DB.S.LLM/0:8000", "10.0.0.3:8000": "DB.S.LLM/1:8000", "10.0.0.4:8000": "DB.S.LLM/2:8000",
	}, f.targets("LLM"))
	require.Equal(t, 3, f.account.sent("SHOW SERVICE INSTANCES"), "once for each set of addresses")
	f.dns.Set("instances."+s.dnsName(), dnstest.Record{A: []string{"10.0.0.2", "10.0.0.7"}})
	f.refreshOnce()
	require.Equal(t, map[string]string{"10.0.0.2:8000": "DB.S.LLM/0:8000"}, f.targets("LLM"), "DNS is ahead")
	require.Empty(t, f.known("LLM").Reason)
	f.askAgain()
	require.Equal(t, map[string]string{
		"10.0.0.2:8000": "DB.S.LLM/0:8000", "10.0.0.7:8000": "DB.S.LLM/10.0.0.7:8000",
	}, f.targets("LLM"), "the account has had its time")
	require.Equal(t, "instances", f.known("LLM").Reason)
	f.account.mu.Lock()
	s.instances = []string{"10.0.0.2", "10.0.0.7"}
	f.account.mu.Unlock()
	f.askAgain()
	require.Equal(t, map[string]string{"10.0.0.2:8000": "DB.S.LLM/0:8000", "10.0.0.7:8000": "DB.S.LLM/1:8000"},
		f.targets("LLM"))
	require.Empty(t, f.known("LLM").Reason)
}

func TestTwoAddressesNeverShareTheNumberOfAnInstance(t *testing.T) {
	f := newServiceFixture(t)
	f.add("LLM", "10.0.0.1", "10.0.0.2", "10.0.0.3").numbers = []string{"0", "0", "no number"}
	f.refreshOnce()
	f.askAgain()
	require.Equal(t, map[string]string{
		"10.0.0.1:8000": "DB.S.LLM/0:8000", "10.0.0.2:8000": "DB.S.LLM/10.0.0.2:8000",
		"10.0.0.3:8000": "DB.S.LLM/10.0.0.3:8000",
	}, f.targets("LLM"))
}

func TestARenamedServiceIsAnotherOne(t *testing.T) {
	f := newServiceFixture(t)
	s := f.add("LLM", "10.0.0.1")
	f.refreshOnce()
	s.name = "CHAT"
	f.deploy(s, "10.0.0.1")
	f.refreshOnce()
	require.Empty(t, f.targets("LLM"))
	require.Equal(t, map[string]string{"10.0.0.1:8000": "DB.S.CHAT/0:8000"}, f.targets("CHAT"))
	s.comment = "prometheus.io/scrape=false"
	f.refreshOnce()
	require.Empty(t, f.groups, "it has opted out")
}

func TestOnlyServicesOfTheWatchedPoolsAreFound(t *testing.T) {
	f := newServiceFixture(t, func(c *SDConfig) { c.ComputePools = []string{"pool_b"} })
	f.add("A", "10.0.0.1")
	f.add("B", "10.0.0.2").pool = "POOL_B"
	f.refreshOnce()
	require.Len(t, f.groups, 1)
	require.NotEmpty(t, f.targets("B"))
}

func TestAServiceIsFoundByTheShardOfItsPoolAlone(t *testing.T) {
	finders := map[string]int{}
	for index := range 3 {
		f := newServiceFixture(t, func(c *SDConfig) { c.Shard = ShardConfig{Index: &index, Count: 3} })
		for i := range 12 {
			name := fmt.Sprintf("S%d", i)
			f.add(name, fmt.Sprintf("10.0.0.%d", i+1)).pool = fmt.Sprintf("POOL_%d", i%4)
		}
		f.refreshOnce()
		for name := range f.groups {
			finders[name]++
			require.Equal(t, index, ShardOf(f.known(name).Pool, 3))
		}
	}
	require.Len(t, finders, 12)
	for name, count := range finders {
		require.Equal(t, 1, count, name)
	}
}
