// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/storetest"
)

// application is a service that publishes metrics, with an instance at each of its addresses.
type application struct {
	name, status string
	addresses    []string
	// blind is set where the role may not read the instances.
	blind bool
	body  atomic.Pointer[func(http.ResponseWriter, *http.Request)]
}

func (a *application) set(handle func(http.ResponseWriter, *http.Request)) { a.body.Store(&handle) }

func (a *application) publish(text string) {
	a.set(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
}

// applicationStand is a fleet of one node whose account lists services too.
type applicationStand struct {
	*fleet
	mu           sync.Mutex
	port         string
	applications []*application
	// authorized is set where a scrape has sent what authenticates.
	authorized atomic.Bool
}

// startApplications lets arrange add applications before the receiver starts: the library passes targets on that are
// found later once in five seconds.
func startApplications(t *testing.T, arrange func(*applicationStand)) *applicationStand {
	t.Helper()
	s := &applicationStand{}
	server := httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	require.NoError(t, err)
	port, err := strconv.Atoi(address.Port())
	require.NoError(t, err)
	return s.start(t, arrange, map[string]any{
		"host": address.Hostname(), "port": port, "protocol": "http", "token": "secret-token",
		"applications": map[string]any{"enabled": true},
	})
}

func (s *applicationStand) start(
	t *testing.T, arrange func(*applicationStand), settings map[string]any,
) *applicationStand {
	t.Helper()
	startFleet(t, 1, settings, func(f *fleet) {
		s.fleet = f
		arrange(s)
	})
	return s
}

func (s *applicationStand) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body struct{ Statement string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	columns, rows := []string{"instance_id", "ip_address"}, [][]any{}
	if strings.HasPrefix(body.Statement, "SHOW SERVICES") {
		columns = []string{"name", "status", "database_name", "schema_name", "compute_pool", "dns_name", "comment"}
		for _, a := range s.applications {
			comment := "prometheus.io/scrape=true prometheus.io/port=" + s.port
			rows = append(rows, []any{a.name, a.status, "DB", "AI", "POOL_A", a.name + ".x.svc.spcs.internal", comment})
		}
	}
	for _, a := range s.applications {
		if body.Statement != fmt.Sprintf("SHOW SERVICE INSTANCES IN SERVICE DB.AI.%s", a.name) {
			continue
		}
		if a.blind {
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		for i, address := range a.addresses {
			rows = append(rows, []any{strconv.Itoa(i), address})
		}
	}
	types := make([]map[string]string, len(columns))
	for i, name := range columns {
		types[i] = map[string]string{"name": name}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"code": "090001", "resultSetMetaData": map[string]any{"rowType": types, "numRows": len(rows)}, "data": rows,
	})
}

// add runs an application with instances at addresses such as 127.8.0.2; all have the same port.
func (s *applicationStand) add(t *testing.T, name, text string, addresses ...string) *application {
	t.Helper()
	a := &application{name: name, status: "RUNNING"}
	a.publish(text)
	s.deploy(t, a, addresses...)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.applications = append(s.applications, a)
	return a
}

// deploy gives the application other instances.
func (s *applicationStand) deploy(t *testing.T, a *application, addresses ...string) {
	t.Helper()
	for _, address := range addresses {
		s.run(t, a, address)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a.addresses = addresses
	s.dns.Set("instances."+a.name+".x.svc.spcs.internal", dnstest.Record{A: addresses})
}

func (s *applicationStand) run(t *testing.T, a *application, address string) {
	t.Helper()
	port := s.port
	if port == "" {
		port = "0"
	}
	listener, err := net.Listen("tcp", address+":"+port)
	if err != nil && s.port != "" {
		return // it runs already
	}
	require.NoError(t, err)
	if s.port == "" {
		s.port = strconv.Itoa(int(netip.MustParseAddrPort(listener.Addr().String()).Port()))
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Header["Authorization"]) > 0 || len(r.Header["Cookie"]) > 0 {
			s.authorized.Store(true)
		}
		(*a.body.Load())(w, r)
	}))
	require.NoError(t, server.Listener.Close())
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
}

// of returns the text of a series of an application, as the store has it; labels come before those of the platform.
func (s *applicationStand) of(name, service, instance string, more ...string) string {
	number := ""
	if _, err := strconv.Atoi(instance); err == nil {
		number = fmt.Sprintf(`snow_service_container_instance=%q, `, instance)
	}
	return fmt.Sprintf(`{__name__=%q, %sinstance="DB.AI.%s/%s:%s", job="spcs-services", `+
		`snow_compute_pool_name="POOL_A", snow_database_name="DB", snow_schema_name="AI", %ssnow_service_name=%q}`,
		name, strings.Join(more, ""), service, instance, s.port, number, service)
}

func is(value float64) func(storetest.Sample) bool {
	return func(sample storetest.Sample) bool { return sample.Value == value }
}

func (s *applicationStand) scrapeOf(address string) nodeScrape {
	return s.component.(*spcsReceiver).applications.scrapes.snapshot()[address+":"+s.port]
}

func (s *applicationStand) waitForScrape(t *testing.T, address, reason string) nodeScrape {
	t.Helper()
	require.Eventually(t, func() bool {
		last := s.scrapeOf(address)
		return !last.at.IsZero() && last.reason == reason
	}, 20*time.Second, 20*time.Millisecond, "%v", s.scrapeOf(address))
	return s.scrapeOf(address)
}

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
	var a *application
	s := startApplications(t, func(s *applicationStand) {
		s.add(t, "GOOD", "own 1\n", "127.8.0.7")
		a = s.add(t, "LARGE", "own 1\n", "127.8.0.8")
	})
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

func TestAnApplicationThatRefusesIsNamedWithTheGrant(t *testing.T) {
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
}

func TestSeriesOfAnApplicationGoOnOverARedeploymentAndAScaleOut(t *testing.T) {
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

func TestThePageShowsApplications(t *testing.T) {
	s := startApplications(t, func(s *applicationStand) {
		s.add(t, "LLM", "own 1\nup 0\n", "127.8.0.15")
	})
	s.waitForScrape(t, "127.8.0.15", "")
	page := &debugPage{name: "spcs", scrapes: s.component.(*spcsReceiver).scrapes,
		applications: s.component.(*spcsReceiver).applications}
	page.status.Store(nil)
	require.Eventually(t, func() bool { return len(page.view().Applications.Services) == 1 }, 10*time.Second, time.Millisecond)
	shown := page.view().Applications.Services[0]
	require.Equal(t, "DB.AI.LLM", shown.Name)
	require.Equal(t, "0", shown.Instances[0].Instance)
	require.True(t, shown.Instances[0].Up)
	require.Equal(t, "reserved_name", shown.Instances[0].Reason)
	require.Equal(t, 1, shown.Instances[0].SamplesLeftOut)
	recorder := httptest.NewRecorder()
	page.writeHTML(recorder, nil)
	require.Contains(t, recorder.Body.String(), "<h2>DB.AI.LLM</h2>")
	recorder = httptest.NewRecorder()
	page.writeJSON(recorder, nil)
	require.Contains(t, recorder.Body.String(), `"instance":"0","address":"127.8.0.15:`)
}

func TestApplicationsAreOffByDefault(t *testing.T) {
	t.Setenv("SNOWFLAKE_HOST", "snowflake.internal")
	cfg, err := load(map[string]any{})
	require.NoError(t, err)
	require.False(t, cfg.Applications.Enabled)
	f := startFleet(t, 1, nil)
	require.Nil(t, f.component.(*spcsReceiver).applications)
	_, err = f.telemetry.GetMetric("spcs_application_reserved_samples_total")
	require.Error(t, err)
}

func TestBadApplicationsAreOneSentence(t *testing.T) {
	on := func(key string, value any) map[string]any {
		return map[string]any{"applications": map[string]any{"enabled": true, key: value}}
	}
	for name, test := range map[string]struct {
		settings map[string]any
		want     string
	}{
		"an unknown key":     {on("interval", "5s"), "has invalid keys: interval"},
		"a short name":       {on("services", []any{"LLM"}), "`applications`: `services`: \"LLM\" is not the full name"},
		"no targets":         {on("max_targets", 0), "`applications::max_targets` is 0: set at least 1"},
		"a key of the other": {map[string]any{"role": "services"}, "unknown keys: role"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SNOWFLAKE_HOST", "snowflake.internal")
			_, err := load(test.settings)
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
	_, err := load(map[string]any{"compute_pools": "A", "applications": map[string]any{"enabled": true}})
	require.ErrorContains(t, err, "`applications`: `host` is not set", "services are asked for all the same")
	cfg, err := load(map[string]any{
		"host": "h", "compute_pools": "A", "applications": map[string]any{"enabled": true, "services": "A.B.C:1,A.B.D/m"},
	})
	require.NoError(t, err)
	require.Equal(t, []string{"A.B.C:1", "A.B.D/m"}, cfg.Applications.Services)
	cfg, err = load(map[string]any{"host": "h", "applications": map[string]any{"enabled": true, "services": nil}})
	require.NoError(t, err)
	require.Empty(t, cfg.Applications.Services)
}
