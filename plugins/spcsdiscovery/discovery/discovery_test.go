// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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

// fakeAccount answers SHOW COMPUTE POOLS with the rows that a test sets.
type fakeAccount struct {
	mu     sync.Mutex
	rows   [][]string
	status int

	// noFunction makes the account refuse the function that lists endpoints.
	noFunction bool
	statements []string
}

func (a *fakeAccount) set(status int, rows ...[]string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status, a.rows = status, rows
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
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"resultSetMetaData": map[string]any{"rowType": []map[string]string{
			{"name": "a_column_of_next_year"}, {"name": "name"}, {"name": "state"}, {"name": "instance_family"}, {"name": "owner"},
		}},
		"data": a.rows,
	})
}

func row(name, state string) []string { return []string{"new", name, state, "CPU_X64_S", "POOL_ADMIN"} }

type fixture struct {
	*discoverer
	account *fakeAccount
	dns     *dnstest.Server
	log     *bytes.Buffer
}

// newFixture returns a discoverer whose account is a test server and whose zone is a test DNS server.
func newFixture(t testing.TB, pools ...string) *fixture {
	t.Helper()
	account := &fakeAccount{status: http.StatusOK}
	server := httptest.NewServer(account)
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	require.NoError(t, err)
	port, err := strconv.Atoi(address.Port())
	require.NoError(t, err)
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte("secret-token\n"), 0o600))
	c := DefaultSDConfig
	c.Host, c.Port, c.Protocol, c.TokenFile, c.ComputePools = address.Hostname(), port, "http", token, pools
	f := &fixture{account: account, dns: dnstest.Start(t), log: &bytes.Buffer{}}
	c.DNSServer = f.dns.Addr
	require.NoError(t, c.Check())
	registry := prometheus.NewRegistry()
	f.discoverer, err = newDiscoverer(&c, promdiscovery.DiscovererOptions{
		Logger:  slog.New(slog.NewTextHandler(f.log, nil)),
		Metrics: c.NewDiscovererMetrics(registry, promdiscovery.NewRefreshMetrics(registry)),
	})
	require.NoError(t, err)
	return f
}

// look refreshes once, and returns the groups that were sent and whether nothing failed.
func (f *fixture) look() (map[string]*targetgroup.Group, bool) {
	byPool := map[string]*targetgroup.Group{}
	ok := f.refresh(context.Background(), func(groups []*targetgroup.Group) {
		for _, group := range groups {
			byPool[group.Source[strings.LastIndex(group.Source, "/")+1:]] = group
		}
	})
	return byPool, ok
}

func (f *fixture) mustLook(t *testing.T) map[string]*targetgroup.Group {
	t.Helper()
	groups, ok := f.look()
	require.True(t, ok, f.log)
	return groups
}

// warnings counts the warnings that were logged.
func (f *fixture) warnings() int { return strings.Count(f.log.String(), "level=WARN") }

func addresses(group *targetgroup.Group) []string {
	var found []string
	for _, target := range group.Targets {
		found = append(found, string(target[model.AddressLabel]))
	}
	return found
}

func TestEveryListedPoolBecomesAGroupOfItsNodes(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"), row("POOL_B", "IDLE"))
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.2", "10.0.0.1"}})
	f.dns.Set(poolB, dnstest.Record{A: []string{"10.0.1.1"}})
	groups := f.mustLook(t)
	require.Len(t, groups, 2)
	require.Equal(t, []string{"10.0.0.1:9001", "10.0.0.2:9001"}, addresses(groups["POOL_A"]))
	require.Equal(t, model.LabelSet{
		"__meta_spcs_compute_pool_name":            "POOL_A",
		"__meta_spcs_compute_pool_state":           "ACTIVE",
		"__meta_spcs_compute_pool_instance_family": "CPU_X64_S",
		"__meta_spcs_compute_pool_owner":           "POOL_ADMIN",
		"__meta_spcs_dns_name":                     poolA,
	}, groups["POOL_A"].Labels)
	require.Equal(t, model.LabelValue("10.0.0.1"), groups["POOL_A"].Targets[0]["__meta_spcs_node_address"])
	require.Empty(t, f.log.String())
}

func TestSRVRecordsGiveThePort(t *testing.T) {
	f := newFixture(t, "POOL_A")
	f.dns.Set(poolA, dnstest.Record{SRV: map[string]uint16{"n1.pool_a.internal": 9101, "n2.pool_a.internal": 9102}, A: []string{"10.9.9.9"}})
	f.dns.Set("n1.pool_a.internal", dnstest.Record{A: []string{"10.0.0.1"}})
	f.dns.Set("n2.pool_a.internal", dnstest.Record{A: []string{"10.0.0.1"}})
	require.Equal(t, []string{"10.0.0.1:9101", "10.0.0.1:9102"}, addresses(f.mustLook(t)["POOL_A"]))
}

func TestSRVRecordsWithoutAddressesFallBackToThoseOfThePool(t *testing.T) {
	f := newFixture(t, "POOL_A")
	f.dns.Set(poolA, dnstest.Record{SRV: map[string]uint16{"nowhere.internal": 9101}, A: []string{"10.0.0.1"}})
	require.Equal(t, []string{"10.0.0.1:9001"}, addresses(f.mustLook(t)["POOL_A"]))
}

func TestNamedPoolsAskNoAccount(t *testing.T) {
	f := newFixture(t, "POOL_A")
	f.account.set(http.StatusInternalServerError)
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	require.Equal(t, []string{"10.0.0.1:9001"}, addresses(f.mustLook(t)["POOL_A"]))
}
