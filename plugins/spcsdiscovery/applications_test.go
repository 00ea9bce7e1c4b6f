// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/storetest"
)

func TestAnApplicationIsScrapedWithTheLabelsOfThePlatform(t *testing.T) {
	s := startApplications(t, func(s *applicationStand) {
		s.add(t, "LLM", "# TYPE vllm:num_requests_waiting gauge\nvllm:num_requests_waiting 7\n", "127.8.0.2")
	})
	s.store.Wait(s.of("vllm:num_requests_waiting", "LLM", "0"), is(7))
	s.store.Wait(s.of("up", "LLM", "0"), is(1))
	s.store.Wait(s.of("scrape_sample_limit", "LLM", "0"), is(5000))
	require.Equal(t, "gauge", string(s.store.Family("vllm:num_requests_waiting").Type))
	require.False(t, s.authorized.Load(), "nothing that authenticates is sent")
	require.Equal(t, map[string]float64{
		"reason=,snow_compute_pool_name=POOL_A,snow_database_name=DB,snow_schema_name=AI,snow_service_name=LLM," +
			"state=RUNNING": 1,
	}, read(t, s.telemetry, "spcs_application_info"))
	require.Equal(t, map[string]float64{
		"snow_compute_pool_name=POOL_A,snow_database_name=DB,snow_schema_name=AI,snow_service_name=LLM": 1,
	}, read(t, s.telemetry, "spcs_application_instances"))
	require.Equal(t, map[string]float64{"": 0}, read(t, s.telemetry, "spcs_application_left_out"))
}

const hostile = `# TYPE container_cpu_usage gauge
container_cpu_usage{snow_service_name="VICTIM",job="spcs-nodes",instance="10.0.0.1:9001",snow_service_container_name="c"} 64
node_memory_capacity{snow_compute_pool_name="POOL_A",snow_compute_pool_node_id="n1"} 1e15
node_cpu_capacity{snow_compute_pool_name="POOL_A",snow_compute_pool_node_id="127.0.0.1"} 9999
ALERTS{alertname="SpcsNodeMemoryHigh",alertstate="firing",severity="critical"} 1
ALERTS_FOR_STATE{alertname="SpcsNodeMemoryHigh"} 1
spcs_container:container_memory_usage:ratio_limit{snow_service_name="VICTIM"} 0.99
spcs_pool:node_memory_capacity:sum{snow_compute_pool_name="POOL_A"} 1
spcs_compute_pool_info{snow_compute_pool_name="POOL_A",state="SUSPENDED"} 1
spcs_node_status_allocatable{resource="cpu"} 1
up{job="spcs-nodes",instance="10.0.0.1:9001"} 0
up 0
scrape_samples_scraped 5
{"target.info",job="spcs-nodes"} 1
{"container.cpu.usage"} 1
{"target_info","service.name"="spcs-nodes","service.instance.id"="10.0.0.1:9001"} 1
own{job="spcs-nodes",instance="x",snow_service_name="VICTIM",snow_account_name="A",snow_service_container_name="c"} 1
own_too{"snow.service.container.name"="c",snow_service_container_instance="5",__spcs_application__="x"} 1
`

// The table of section 5 of what was tried: whatever a body says, it speaks for its own service alone.
func TestAHostileBodySpeaksForItsOwnServiceAlone(t *testing.T) {
	var a *application
	s := startApplications(t, func(s *applicationStand) {
		a = s.add(t, "EVIL", hostile, "127.8.0.3")
		blind := s.add(t, "BLIND", hostile, "127.8.0.4")
		blind.blind = true
	})
	own := s.of("own", "EVIL", "0", `exported_instance="x", exported_job="spcs-nodes", exported_snow_service_name="VICTIM", `)
	s.store.Wait(own, is(1))
	s.store.Wait(s.of("own_too", "BLIND", "127.8.0.4"), is(1))
	up := s.store.Wait(s.of("up", "EVIL", "0"), is(1))
	for _, sample := range up {
		require.InDelta(t, 1, sample.Value, 0, "what the scrape found")
	}
	allowed := []string{
		"own", "own_too", "up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_sample_limit",
		"scrape_samples_post_metric_relabeling", "scrape_series_added", "scrape_timeout_seconds", "scrape_body_size_bytes",
	}
	nodes := 0
	for _, series := range s.store.Names("") {
		if strings.Contains(series, `job="spcs-nodes"`) && !strings.Contains(series, `exported_job`) {
			nodes++
			require.Contains(t, series, `instance="127.7.0.2:`, series)
			continue
		}
		require.Contains(t, series, `job="spcs-services"`, series)
		require.Regexp(t, `instance="DB\.AI\.(EVIL/0|BLIND/127\.8\.0\.4):`, series)
		require.Regexp(t, `^\{__name__="(`+strings.Join(allowed, "|")+`)", `, series)
		require.NotRegexp(t, `[ {]"?snow[._](account|service[._]container[._]name)`, series)
		require.NotRegexp(t, `[ {]snow_service_container_instance="5"`, series)
		require.Regexp(t, `[ {]snow_service_name="(EVIL|BLIND)"`, series)
	}
	require.Equal(t, 9, nodes, "one series of the node and what its scrape reports")
	require.Len(t, s.logs.FilterMessageSnippet("Application sends series under names of the platform").All(), 2, "once each")
	require.Len(t, s.logs.FilterMessageSnippet("Application sends labels snow_* or __* that only the platform").All(), 2)
	counted := read(t, s.telemetry, "spcs_application_reserved_samples_total")
	require.GreaterOrEqual(t, counted["reason=reserved_name"], 30.0)
	require.GreaterOrEqual(t, counted["reason=reserved_label"], 4.0)
	require.Empty(t, s.component.(*spcsReceiver).scrapes.counts(), "nothing of it is a fault of a node")
	a.publish("own 2\n")
	s.store.Wait(s.of("own", "EVIL", "0"), is(2))
	require.Len(t, s.logs.FilterMessageSnippet("Application sends only series under names of its own again").All(), 1)
}

func TestAnApplicationThatDescribesItselfIsNotAtFault(t *testing.T) {
	s := startApplications(t, func(s *applicationStand) {
		s.add(t, "WORKER", "target_info{service_name=\"worker\"} 1\nown 1\n", "127.8.0.16")
	})
	s.store.Wait(s.of("own", "WORKER", "0"), is(1))
	require.Empty(t, s.store.Names(`{__name__="target_info"`))
	require.Empty(t, s.waitForScrape(t, "127.8.0.16", "").odd())
	require.Positive(t, read(t, s.telemetry, "spcs_application_reserved_samples_total")["reason=target_info"])
	require.Empty(t, s.logs.FilterMessageSnippet("Application sends").All())
}

func TestNoTimeOfAnApplicationIsRead(t *testing.T) {
	future := time.Now().Add(time.Hour).UnixMilli()
	s := startApplications(t, func(s *applicationStand) {
		s.add(t, "LLM", fmt.Sprintf("past 1 1000\nfuture 2 %d\n", future), "127.8.0.5")
	})
	for name, value := range map[string]float64{"past": 1, "future": 2} {
		samples := s.store.Wait(s.of(name, "LLM", "0"), is(value))
		require.InDelta(t, time.Now().UnixMilli(), samples[0].Time, 30_000)
	}
	require.Empty(t, s.waitForScrape(t, "127.8.0.5", "").odd())
}

func TestARedirectOfAnApplicationIsNotFollowed(t *testing.T) {
	var a *application
	s := startApplications(t, func(s *applicationStand) {
		a = s.add(t, "LLM", "", "127.8.0.6")
	})
	var asked atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(other.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		a.publish("own 1\n")
		s.waitForScrape(t, "127.8.0.6", "")
		a.set(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, status) })
		require.Contains(t, s.waitForScrape(t, "127.8.0.6", "http_status").err, strconv.Itoa(status))
	}
	require.Zero(t, asked.Load())
}

func TestAnApplicationOverALimitLosesItsOwnScrapeOnly(t *testing.T) {
	t.Parallel()
	var a *application
	s := startApplications(t, func(s *applicationStand) {
		s.add(t, "GOOD", "own 1\n", "127.8.0.7")
		a = s.add(t, "LARGE", "own 1\n", "127.8.0.8")
	}, map[string]any{"scrape_interval": "1s"}) // which bounds a scrape, too, and 8 MiB take their time
	many := func(count int) string {
		var text strings.Builder
		for i := range count {
			fmt.Fprintf(&text, "m%d 1\n", i)
		}
		return text.String()
	}
	for reason, text := range map[string]string{
		"too_many_samples": many(5001), "too_many_labels": manyLabels(60), "body_too_large": strings.Repeat("#\n", 4<<20) + "m 1\n",
		"label_too_long": `m{l="` + strings.Repeat("x", 513) + `"} 1` + "\n", "invalid_body": "<html>\n",
	} {
		a.publish(text)
		s.waitForScrape(t, "127.8.0.8", reason)
		require.Empty(t, s.waitForScrape(t, "127.8.0.7", "").reason)
	}
	a.publish(many(5000))
	require.Equal(t, 5000, s.waitForScrape(t, "127.8.0.8", "").Published)
	require.Positive(t, read(t, s.telemetry, "spcs_application_scrape_failures_total")["reason=too_many_samples"])
	require.Empty(t, s.component.(*spcsReceiver).scrapes.counts())
	require.NotEmpty(t, s.logs.FilterMessageSnippet("Application cannot be scraped").All())
}

func TestAnApplicationWhoseSeriesNeverStayFillsNoStore(t *testing.T) {
	t.Parallel()
	s := startApplications(t, func(s *applicationStand) {
		s.add(t, "GOOD", "own 1\n", "127.8.0.17")
		a := s.add(t, "FLEETING", "", "127.8.0.18")
		var scrape atomic.Int64
		a.set(func(w http.ResponseWriter, _ *http.Request) {
			at := scrape.Add(1)
			_, _ = fmt.Fprintln(w, "own 1")
			for i := range 3000 {
				_, _ = fmt.Fprintf(w, "m{scrape=\"%d\",i=\"%d\"} 1\n", at, i)
			}
		})
	}, map[string]any{"scrape_interval": "1s"})
	line := func() int { return s.logs.FilterMessageSnippet("begins more new series in two hours").Len() }
	require.Eventually(t, func() bool { return line() == 1 }, 30*time.Second, 20*time.Millisecond)
	require.Eventually(t, func() bool { return s.scrapeOf("127.8.0.18").Excess == 3000 }, 30*time.Second, 20*time.Millisecond)
	require.Equal(t, "too_many_new_series", s.scrapeOf("127.8.0.18").odd())
	require.Len(t, s.store.Names(`{__name__="m"`), 2*applicationSamples-1, "and the one that stays")
	require.Positive(t, read(t, s.telemetry, "spcs_application_scrape_failures_total")["reason=too_many_new_series"])
	require.Empty(t, s.waitForScrape(t, "127.8.0.17", "").odd())
	s.store.Wait(s.of("own", "FLEETING", "0"), is(1))
}

func TestAnApplicationThatRefusesIsNamedWithTheGrant(t *testing.T) {
	t.Parallel()
	var a *application
	s := startApplications(t, func(s *applicationStand) {
		a = s.add(t, "LLM", "own 1\n", "127.8.0.9")
	})
	s.waitForScrape(t, "127.8.0.9", "")
	s.mu.Lock()
	a.addresses = []string{"127.8.0.99"} // nobody listens there
	s.dns.Set("instances.LLM.x.svc.spcs.internal", dnstest.Record{A: a.addresses})
	s.mu.Unlock()
	require.Contains(t, s.waitForScrape(t, "127.8.0.99", "refused").err,
		"let its owner run GRANT SERVICE ROLE DB.AI.LLM!all_endpoints_usage TO ROLE <role of the collector>;")
	s.store.Wait(s.of("up", "LLM", "0"), is(0))
	line := s.logs.FilterMessageSnippet("Application cannot be scraped").All()[0].ContextMap()
	require.Equal(t, "DB.AI.LLM", line["service"])
	require.Equal(t, "127.8.0.99:"+s.port, line["address"])
}

func TestSeriesOfAnApplicationGoOnOverARedeploymentAndAScaleOut(t *testing.T) {
	t.Parallel()
	var a *application
	s := startApplications(t, func(s *applicationStand) {
		a = s.add(t, "LLM", "own 1\n", "127.8.0.10")
	})
	series := s.of("own", "LLM", "0")
	s.store.Wait(series, is(1))
	a.publish("own 2\n")
	s.deploy(t, a, "127.8.0.11")
	require.Eventually(t, func() bool { return !s.scrapeOf("127.8.0.11").at.IsZero() }, 20*time.Second, 20*time.Millisecond)
	a.publish("own 3\n")
	s.store.Wait(series, is(3))
	s.deploy(t, a, "127.8.0.11", "127.8.0.12", "127.8.0.13")
	s.store.Wait(s.of("own", "LLM", "1"), is(3))
	s.store.Wait(s.of("own", "LLM", "2"), is(3))
	for _, text := range s.store.Text(series) {
		require.NotContains(t, text, "stale", "the new instance goes on where the old one was")
	}
	require.Len(t, s.store.Names(`{__name__="own"`), 3, "no other series")
}

func TestSeriesOfASuspendedApplicationEnd(t *testing.T) {
	t.Parallel()
	var a *application
	s := startApplications(t, func(s *applicationStand) {
		a = s.add(t, "LLM", "own 1\n", "127.8.0.14")
	})
	series := s.of("own", "LLM", "0")
	s.store.Wait(series, is(1))
	s.mu.Lock()
	a.status = "SUSPENDED"
	s.mu.Unlock()
	s.store.Wait(series, func(sample storetest.Sample) bool { return strings.HasPrefix(sample.String(), "stale") })
	s.mu.Lock()
	a.status = "RUNNING"
	s.mu.Unlock()
	s.store.Wait(series, is(1))
}
