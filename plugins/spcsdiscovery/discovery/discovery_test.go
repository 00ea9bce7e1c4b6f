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
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	promdiscovery "github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

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
}

func (a *fakeAccount) set(status int, rows ...[]string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status, a.rows = status, rows
}

func (a *fakeAccount) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
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
func newFixture(t *testing.T, pools ...string) *fixture {
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
	f.discoverer = &discoverer{config: c, logger: slog.New(slog.NewTextHandler(f.log, nil)), resolver: newResolver(c.DNSServer), sent: map[string]struct{}{}}
	if len(pools) == 0 {
		f.discoverer.account, err = newAccount(&c)
		require.NoError(t, err)
	}
	return f
}

func (f *fixture) mustRefresh(t *testing.T) map[string]*targetgroup.Group {
	t.Helper()
	groups, err := f.refresh(context.Background())
	require.NoError(t, err)
	byPool := map[string]*targetgroup.Group{}
	for _, group := range groups {
		byPool[group.Source[strings.LastIndex(group.Source, "/")+1:]] = group
	}
	return byPool
}

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
	groups := f.mustRefresh(t)
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
	require.Equal(t, []string{"10.0.0.1:9101", "10.0.0.1:9102"}, addresses(f.mustRefresh(t)["POOL_A"]))
}

func TestSRVRecordsWithoutAddressesFallBackToThoseOfThePool(t *testing.T) {
	f := newFixture(t, "POOL_A")
	f.dns.Set(poolA, dnstest.Record{SRV: map[string]uint16{"nowhere.internal": 9101}, A: []string{"10.0.0.1"}})
	require.Equal(t, []string{"10.0.0.1:9001"}, addresses(f.mustRefresh(t)["POOL_A"]))
}

func TestNamedPoolsAskNoAccount(t *testing.T) {
	f := newFixture(t, "POOL_A")
	f.account.set(http.StatusInternalServerError)
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	require.Equal(t, []string{"10.0.0.1:9001"}, addresses(f.mustRefresh(t)["POOL_A"]))
}

func TestAPoolWhoseLookupFailsIsLeftOutAndDisturbsNoOther(t *testing.T) {
	f := newFixture(t, "POOL_A", "POOL_B")
	f.dns.Set(poolA, dnstest.Record{RCode: dnsmessage.RCodeServerFailure})
	f.dns.Set(poolB, dnstest.Record{A: []string{"10.0.1.1"}})
	groups := f.mustRefresh(t)
	require.NotContains(t, groups, "POOL_A", "Prometheus keeps the targets of a group that is not sent")
	require.Equal(t, []string{"10.0.1.1:9001"}, addresses(groups["POOL_B"]))
	require.Equal(t, 1, strings.Count(f.log.String(), "\n"), f.log)
	require.Contains(t, f.log.String(), "compute_pool=POOL_A")
}

func TestAnUnknownPoolIsOneWarningARefresh(t *testing.T) {
	f := newFixture(t, "POOL_A")
	require.Empty(t, f.mustRefresh(t)["POOL_A"].Targets)
	require.Equal(t, 1, strings.Count(f.log.String(), "level=WARN"))
	require.Contains(t, f.log.String(), "MONITOR")
}

func TestASuspendedPoolHasNoNodesAndNoWarning(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("POOL_A", "SUSPENDED"))
	require.Empty(t, f.mustRefresh(t)["POOL_A"].Targets)
	require.Empty(t, f.log.String())
}

func TestAPoolThatTheAccountNoLongerListsIsTakenBack(t *testing.T) {
	f := newFixture(t)
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	f.dns.Set(poolB, dnstest.Record{A: []string{"10.0.1.1"}})
	f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"), row("POOL_B", "ACTIVE"))
	f.mustRefresh(t)
	f.account.set(http.StatusOK, row("POOL_B", "ACTIVE"))
	groups := f.mustRefresh(t)
	require.Contains(t, groups, "POOL_A")
	require.Empty(t, groups["POOL_A"].Targets)
	require.NotContains(t, f.mustRefresh(t), "POOL_A", "once is enough")
}

func TestAPoolNameThatDNSCannotHoldIsAWarning(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK, row("my pool", "ACTIVE"))
	require.Empty(t, f.mustRefresh(t)["my pool"].Targets)
	require.Contains(t, f.log.String(), "rename the pool")
}

func TestAnAccountThatRefusesIsOneErrorWithoutTheToken(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusUnauthorized)
	_, err := f.refresh(context.Background())
	require.ErrorContains(t, err, "HTTP 401")
	require.NotContains(t, err.Error(), "secret-token")
	require.NotContains(t, err.Error(), "\n")
}

func TestTheTokenFileIsReadForEveryRefresh(t *testing.T) {
	f := newFixture(t)
	f.account.set(http.StatusOK)
	f.mustRefresh(t)
	require.NoError(t, os.Truncate(f.config.TokenFile, 0))
	_, err := f.refresh(context.Background())
	require.ErrorContains(t, err, "is empty")
	require.NoError(t, os.Remove(f.config.TokenFile))
	_, err = f.refresh(context.Background())
	require.ErrorContains(t, err, "`token_file`")
}

func TestRunSendsGroupsAtEveryIntervalAndEndsWithItsContext(t *testing.T) {
	registry := prometheus.NewRegistry()
	refreshMetrics := promdiscovery.NewRefreshMetrics(registry)
	f := newFixture(t, "POOL_A")
	f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
	c := f.config
	c.RefreshInterval = model.Duration(20 * time.Millisecond)
	d, err := c.NewDiscoverer(promdiscovery.DiscovererOptions{
		Logger: f.logger, SetName: "job", Metrics: c.NewDiscovererMetrics(registry, refreshMetrics),
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	up, ended := make(chan []*targetgroup.Group), make(chan struct{})
	go func() {
		defer close(ended)
		d.Run(ctx, up)
	}()
	for range 2 {
		groups := <-up
		require.Equal(t, []string{"10.0.0.1:9001"}, addresses(groups[0]))
	}
	cancel()
	select {
	case <-ended:
	case <-time.After(2 * time.Second):
		t.Fatal("Run did not end")
	}
}

func TestARefreshThatFailsIsOneWarningAndSendsNothing(t *testing.T) {
	f := newFixture(t)
	f.metrics = promdiscovery.NewRefreshMetrics(prometheus.NewRegistry()).Instantiate("spcs", "job")
	f.account.set(http.StatusUnauthorized)
	require.Nil(t, f.measureRefresh(context.Background()))
	require.Equal(t, 1, strings.Count(f.log.String(), "\n"), f.log)
	require.Contains(t, f.log.String(), "level=WARN")
	require.Contains(t, f.log.String(), "HTTP 401")
}

func TestALookupErrorNamesTheServerThatWasAsked(t *testing.T) {
	f := newFixture(t, "POOL_A")
	f.dns.Set(poolA, dnstest.Record{RCode: dnsmessage.RCodeServerFailure})
	f.mustRefresh(t)
	require.Contains(t, f.log.String(), f.dns.Addr)
}

func TestACancelledRefreshReturnsNoPartialResult(t *testing.T) {
	f := newFixture(t, "POOL_A")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := f.refresh(ctx)
	require.ErrorIs(t, err, context.Canceled)
}
