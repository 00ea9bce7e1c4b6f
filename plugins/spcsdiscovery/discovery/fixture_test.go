// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

const (
	poolA = "discover.monitor.pool_a.cp.spcs.internal"
	poolB = "discover.monitor.pool_b.cp.spcs.internal"
)

// columns are those of the account's answers, with one that the discovery does not know.
var columns = []string{"a_column_of_next_year", "name", "state", "instance_family", "owner"}

// fakeAccount answers SHOW COMPUTE POOLS with the rows that a test sets.
type fakeAccount struct {
	mu     sync.Mutex
	rows   [][]string
	status int
	// raw is answered instead of rows where it is set, and header is sent before.
	raw    string
	header http.Header

	// noFunction makes the account refuse the function that lists endpoints.
	noFunction bool
	statements []string
	// open counts the connections to it.
	open atomic.Int64
}

func (a *fakeAccount) set(status int, rows ...[]string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status, a.rows = status, rows
}

func (a *fakeAccount) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		a.open.Add(1)
	case http.StateClosed:
		a.open.Add(-1)
	default:
	}
}

func (a *fakeAccount) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var body struct{ Statement string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	a.statements = append(a.statements, body.Statement)
	if a.noFunction && body.Statement == callEndpoints {
		w.WriteHeader(http.StatusUnprocessableEntity)
		return
	}
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	var types []map[string]string
	shown := columns
	if len(a.rows) > 0 {
		shown = columns[:len(a.rows[0])]
	}
	for _, name := range shown {
		types = append(types, map[string]string{"name": name})
	}
	if a.raw != "" {
		_, _ = io.WriteString(w, a.raw)
		return
	}
	rows := a.rows
	if rows == nil {
		rows = [][]string{}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"code": "090001", "resultSetMetaData": map[string]any{"rowType": types, "numRows": len(rows)}, "data": rows,
	})
}

func row(name, state string) []string { return []string{"new", name, state, "CPU_X64_S", "POOL_ADMIN"} }

// fixture is a discoverer whose account is a test server and whose zone is a test DNS server.
type fixture struct {
	*discoverer
	config  SDConfig
	account *fakeAccount
	dns     *dnstest.Server
	log     *bytes.Buffer
	// reported is the last status that the observer saw.
	reported Status
}

// named names the pools in the configuration.
func named(pools ...string) func(*SDConfig) {
	return func(c *SDConfig) { c.ComputePools = pools }
}

// newFixture returns a fixture; configure changes the configuration before it is used.
func newFixture(t testing.TB, configure ...func(*SDConfig)) *fixture {
	t.Helper()
	account := &fakeAccount{status: http.StatusOK}
	server := httptest.NewUnstartedServer(account)
	server.Config.ConnState = account.count
	server.Start()
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	require.NoError(t, err)
	port, err := strconv.Atoi(address.Port())
	require.NoError(t, err)
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte("secret-token\n"), 0o600))
	f := &fixture{config: DefaultSDConfig, account: account, dns: dnstest.Start(t), log: &bytes.Buffer{}}
	f.config.Host, f.config.Port, f.config.Protocol = address.Hostname(), port, "http"
	f.config.TokenFile, f.config.DNSServer = token, f.dns.Addr
	for _, change := range configure {
		change(&f.config)
	}
	observed := f.config.WithObserver(func(status Status) { f.reported = status })
	registry := prometheus.NewRegistry()
	f.discoverer, err = newDiscoverer(observed, promdiscovery.DiscovererOptions{
		Logger:  slog.New(slog.NewTextHandler(f.log, nil)),
		Metrics: observed.NewDiscovererMetrics(registry, promdiscovery.NewRefreshMetrics(registry)),
	})
	require.NoError(t, err)
	return f
}

// discover refreshes once, and returns the groups that were sent by pool and whether nothing failed.
func (f *fixture) discover() (map[string]*targetgroup.Group, bool) {
	byPool := map[string]*targetgroup.Group{}
	ok := f.refresh(context.Background(), func(groups []*targetgroup.Group) {
		for _, group := range groups {
			byPool[group.Source[strings.LastIndex(group.Source, "/")+1:]] = group
		}
	})
	return byPool, ok
}

func (f *fixture) mustDiscover(t *testing.T) map[string]*targetgroup.Group {
	t.Helper()
	groups, ok := f.discover()
	require.True(t, ok, f.log)
	return groups
}

// report makes one refresh and returns the status that the observer saw.
func (f *fixture) report() Status {
	f.measureRefresh(context.Background(), func([]*targetgroup.Group) {})
	return f.reported
}

// warnings counts the warnings that were logged.
func (f *fixture) warnings() int { return strings.Count(f.log.String(), "level=WARN") }

// addresses returns the targets of a group; nil where it was not sent.
func addresses(group *targetgroup.Group) []string {
	if group == nil {
		return nil
	}
	var found []string
	for _, target := range group.Targets {
		found = append(found, string(target[model.AddressLabel]))
	}
	return found
}
