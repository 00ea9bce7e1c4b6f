// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
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
func startApplications(
	t *testing.T, arrange func(*applicationStand), settings ...map[string]any,
) *applicationStand {
	t.Helper()
	s := &applicationStand{}
	server := httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	require.NoError(t, err)
	port, err := strconv.Atoi(address.Port())
	require.NoError(t, err)
	all := map[string]any{
		"host": address.Hostname(), "port": port, "protocol": "http", "token": "secret-token",
		"applications": map[string]any{"enabled": true},
	}
	for _, more := range settings {
		maps.Copy(all, more)
	}
	startFleet(t, 1, all, func(f *fleet) {
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
	var last nodeScrape
	happened := func() bool {
		last = s.scrapeOf(address)
		return !last.at.IsZero() && last.reason == reason
	}
	for ended := time.Now().Add(20 * time.Second); !happened() && time.Now().Before(ended); {
		time.Sleep(20 * time.Millisecond)
	}
	require.Equal(t, reason, last.reason, last.err)
	require.False(t, last.at.IsZero())
	return last
}
