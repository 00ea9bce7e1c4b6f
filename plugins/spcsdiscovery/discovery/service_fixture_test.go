// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

const optIn = "prometheus.io/scrape=true prometheus.io/port=8000"

// fakeService is a service of the account DB.S, and what DNS has of it.
type fakeService struct {
	name, status, comment, digest, pool string
	// instances are addresses, the first with the number 0 and so on, and endpoints are ports by name.
	instances []string
	endpoints map[string]string
	// numbers stand in for those of the instances where they are set.
	numbers []string
	// refused is set where the role may neither read its instances nor its endpoints.
	refused bool
}

func (s *fakeService) dnsName() string {
	return strings.ReplaceAll(strings.ToLower(s.name), "_", "-") + ".abcd.svc.spcs.internal"
}

// serviceAccount answers the statements about services.
type serviceAccount struct {
	mu         sync.Mutex
	services   []*fakeService
	down       bool
	statements []string
}

func (a *serviceAccount) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var body struct{ Statement string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	a.statements = append(a.statements, body.Statement)
	columns, rows := a.answer(body.Statement)
	if a.down || columns == nil {
		w.WriteHeader(http.StatusUnprocessableEntity)
		return
	}
	types := make([]map[string]string, len(columns))
	for i, name := range columns {
		types[i] = map[string]string{"name": name}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"code": "090001", "resultSetMetaData": map[string]any{"rowType": types, "numRows": len(rows)}, "data": rows,
	})
}

func (a *serviceAccount) answer(statement string) (columns []string, rows [][]any) {
	rows = [][]any{}
	if statement == showServices {
		for _, s := range a.services {
			rows = append(rows, []any{s.name, s.status, "DB", "S", "OWNER", s.pool, s.dnsName(), s.comment, s.digest, nil})
		}
		return []string{
			"name", "status", "database_name", "schema_name", "owner", "compute_pool", "dns_name", "comment",
			"spec_digest", "managing_object_domain",
		}, rows
	}
	for _, s := range a.services {
		name := "DB.S." + s.name
		switch {
		case s.refused:
		case statement == "SHOW ENDPOINTS IN SERVICE "+name:
			for endpoint, port := range s.endpoints {
				rows = append(rows, []any{endpoint, port})
			}
			return []string{"name", "port"}, rows
		case statement == "SHOW SERVICE INSTANCES IN SERVICE "+name:
			for i, address := range s.instances {
				number := strconv.Itoa(i)
				if s.numbers != nil {
					number = s.numbers[i]
				}
				rows = append(rows, []any{number, address})
			}
			return []string{"instance_id", "ip_address"}, rows
		}
	}
	return nil, nil
}

// sent returns how many statements were sent that begin with these words since the last reset.
func (a *serviceAccount) sent(words string) (count int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, statement := range a.statements {
		if strings.HasPrefix(statement, words) {
			count++
		}
	}
	return count
}

func (a *serviceAccount) reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.statements = nil
}

// serviceFixture is a discoverer of services.
type serviceFixture struct {
	*serviceDiscoverer
	account *serviceAccount
	dns     *dnstest.Server
	log     *bytes.Buffer
	// groups are those that Prometheus would have.
	groups map[string]*targetgroup.Group
}

func newServiceFixture(t testing.TB, configure ...func(*SDConfig)) *serviceFixture {
	t.Helper()
	f := &serviceFixture{
		account: &serviceAccount{}, dns: dnstest.Start(t), log: &bytes.Buffer{}, groups: map[string]*targetgroup.Group{},
	}
	server := httptest.NewServer(f.account)
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	require.NoError(t, err)
	c := DefaultSDConfig
	c.Role, c.Protocol, c.DNSServer = RoleServices, "http", f.dns.Addr
	c.Host = address.Hostname()
	c.Port, err = strconv.Atoi(address.Port())
	require.NoError(t, err)
	c.TokenFile = filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(c.TokenFile, []byte("secret-token\n"), 0o600))
	for _, change := range configure {
		change(&c)
	}
	require.NoError(t, c.Check())
	registry := prometheus.NewRegistry()
	f.serviceDiscoverer, err = newServiceDiscoverer(&c, promdiscovery.DiscovererOptions{
		Logger:  slog.New(slog.NewTextHandler(f.log, nil)),
		Metrics: c.NewDiscovererMetrics(registry, promdiscovery.NewRefreshMetrics(registry)),
	})
	require.NoError(t, err)
	t.Cleanup(f.close)
	return f
}

// add puts a running service into the account, and its instances into DNS.
func (f *serviceFixture) add(name string, instances ...string) *fakeService {
	s := &fakeService{name: name, status: "RUNNING", comment: optIn, digest: "d1", pool: "POOL_A"}
	f.account.mu.Lock()
	f.account.services = append(f.account.services, s)
	f.account.mu.Unlock()
	f.deploy(s, instances...)
	return s
}

// deploy gives a service other instances.
func (f *serviceFixture) deploy(s *fakeService, instances ...string) {
	f.account.mu.Lock()
	s.instances = instances
	f.account.mu.Unlock()
	if len(instances) == 0 {
		f.dns.Set("instances."+s.dnsName(), dnstest.Record{RCode: 3})
		return
	}
	f.dns.Set("instances."+s.dnsName(), dnstest.Record{A: instances})
}

// refreshOnce refreshes, and reports whether the account answered.
func (f *serviceFixture) refreshOnce() bool {
	ok := f.refresh(context.Background(), f.take)
	f.refreshed(ok, 0)
	return ok
}

// askAgain refreshes once with all repetitions of statements due.
func (f *serviceFixture) askAgain() {
	for _, k := range f.memory.services {
		k.instances.retry.at, k.endpoints.retry.at = time.Time{}, time.Time{}
	}
	f.refreshOnce()
}

func (f *serviceFixture) take(groups []*targetgroup.Group) {
	for _, group := range groups {
		name := group.Source[strings.LastIndex(group.Source, ".")+1:]
		f.groups[name] = group
		if len(group.Targets) == 0 {
			delete(f.groups, name)
		}
	}
}

// targets returns the address and the stable name of each target of a service.
func (f *serviceFixture) targets(name string) map[string]string {
	found := map[string]string{}
	if group := f.groups[name]; group != nil {
		for _, target := range group.Targets {
			found[string(target[model.AddressLabel])] = string(target[LabelServiceTarget])
		}
	}
	return found
}

func (f *serviceFixture) known(name string) ServiceStatus {
	for _, s := range f.memory.status() {
		if s.Name == name {
			return s
		}
	}
	return ServiceStatus{Error: fmt.Sprintf("%s is not known", name)}
}

// warnings counts the warnings with these words.
func (f *serviceFixture) warnings(words string) (count int) {
	for line := range strings.Lines(f.log.String()) {
		if strings.Contains(line, "level=WARN") && strings.Contains(line, words) {
			count++
		}
	}
	return count
}
