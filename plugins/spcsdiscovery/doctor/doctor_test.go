// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

// answers of an account: the columns and rows of each statement; any other is refused.
type answers map[string][][]string

func (a answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct{ Statement string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	table, ok := a[body.Statement]
	if !ok {
		w.WriteHeader(http.StatusUnprocessableEntity)
		return
	}
	var columns []map[string]string
	for _, name := range table[0] {
		columns = append(columns, map[string]string{"name": name})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"code":              "090001",
		"resultSetMetaData": map[string]any{"rowType": columns, "numRows": len(table) - 1}, "data": table[1:],
	})
}

const (
	showPools = "SHOW COMPUTE POOLS"
	showRole  = "SHOW GRANTS TO ROLE METRICS"
)

func newAccount() answers {
	return answers{
		selectSession: {{"CURRENT_ROLE()", "CURRENT_USER()", "CURRENT_ACCOUNT()"}, {"METRICS", "SVC", "A"}},
		showPools:     {{"name", "state", "instance_family"}},
		showRole:      {{"privilege", "granted_on", "name"}},
	}
}

func (a answers) addPool(name, state, privilege string) {
	a[showPools] = append(a[showPools], []string{name, state, "CPU_X64_S"})
	if privilege != "" {
		a[showRole] = append(a[showRole], []string{privilege, "COMPUTE_POOL", name})
	}
}

type fixture struct {
	account answers
	dns     *dnstest.Server
	config  discovery.SDConfig
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{account: newAccount(), dns: dnstest.Start(t), config: discovery.DefaultSDConfig}
	server := httptest.NewServer(f.account)
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	require.NoError(t, err)
	f.config.Host, f.config.Protocol, f.config.DNSServer = address.Hostname(), "http", f.dns.Addr
	f.config.Port, err = strconv.Atoi(address.Port())
	require.NoError(t, err)
	f.config.TokenFile = filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(f.config.TokenFile, []byte("secret-token"), 0o600))
	return f
}

// addNode makes a node that answers, lists it in DNS as the pool's only one, and returns its port.
func (f *fixture) addNode(t *testing.T, pool string, status int, body string) uint16 {
	t.Helper()
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(node.Close)
	address := netip.MustParseAddrPort(node.Listener.Addr().String())
	target := "node." + pool + ".internal"
	nodes := dnstest.Record{SRV: map[string]uint16{target: address.Port()}}
	f.dns.Set("discover.monitor."+pool+".cp.spcs.internal", nodes)
	f.dns.Set(target, dnstest.Record{A: []string{address.Addr().String()}})
	return address.Port()
}

func (f *fixture) examine(t *testing.T, wanted ...string) *Report {
	t.Helper()
	report, err := Examine(context.Background(), &f.config, wanted, 1)
	require.NoError(t, err)
	return report
}

func TestExamineHealthyPool(t *testing.T) {
	f := newFixture(t)
	f.account.addPool("POOL_A", "ACTIVE", "MONITOR")
	f.addNode(t, "pool_a", http.StatusOK, "a 1\nb 2\n")
	report := f.examine(t, "pool_a")
	require.True(t, report.Healthy())
	require.Equal(t, "METRICS", report.Role)
	pool := report.Pools[0]
	require.Equal(t, OK, pool.Verdict)
	require.Equal(t, "MONITOR", pool.Privilege)
	require.Contains(t, pool.Scrape, "2 samples")
	require.Empty(t, pool.Problem)
}

func TestExamineExplainsFault(t *testing.T) {
	for name, test := range map[string]struct {
		arrange      func(*testing.T, *fixture)
		verdict      string
		problem, fix string
	}{
		"a privilege that is too low": {
			func(_ *testing.T, f *fixture) { f.account.addPool("POOL_A", "ACTIVE", "USAGE") },
			Broken, "has only USAGE on it", "GRANT MONITOR ON COMPUTE POOL POOL_A TO ROLE METRICS;",
		},
		"no privilege that is known": {
			func(_ *testing.T, f *fixture) { f.account.addPool("POOL_A", "ACTIVE", "") },
			Broken, "not in DNS", "GRANT MONITOR ON COMPUTE POOL POOL_A TO ROLE METRICS;",
		},
		"a pool without records": {
			func(_ *testing.T, f *fixture) { f.account.addPool("POOL_A", "ACTIVE", "OWNERSHIP") },
			Broken, "only inside Snowpark Container Services", "",
		},
		"a suspended pool": {
			func(_ *testing.T, f *fixture) { f.account.addPool("POOL_A", "SUSPENDED", "MONITOR") },
			Inactive, "is SUSPENDED and has no nodes", "ALTER COMPUTE POOL POOL_A RESUME;",
		},
		"a starting pool": {
			func(_ *testing.T, f *fixture) { f.account.addPool("POOL_A", "STARTING", "MONITOR") },
			Inactive, "is STARTING and has no nodes", "",
		},
		"a name that DNS cannot hold": {
			func(_ *testing.T, f *fixture) { f.account.addPool("my pool", "ACTIVE", "MONITOR") },
			Broken, "which DNS does not allow", "CREATE COMPUTE POOL",
		},
		"a name server that fails": {
			func(_ *testing.T, f *fixture) {
				f.account.addPool("POOL_A", "ACTIVE", "MONITOR")
				f.dns.Set("discover.monitor.pool_a.cp.spcs.internal", dnstest.Record{RCode: 2})
			},
			Broken, "lookup failed", "",
		},
		"a name server that fails for one node": {
			func(t *testing.T, f *fixture) {
				f.account.addPool("POOL_A", "ACTIVE", "MONITOR")
				port := f.addNode(t, "pool_a", http.StatusOK, "a 1\n")
				record := dnstest.Record{SRV: map[string]uint16{"node.pool_a.internal": port, "bad.pool_a.internal": 1}}
				f.dns.Set("discover.monitor.pool_a.cp.spcs.internal", record)
				f.dns.Set("bad.pool_a.internal", dnstest.Record{RCode: 2})
			},
			Broken, "bad.pool_a.internal", "",
		},
		"a node that refuses": {
			func(t *testing.T, f *fixture) {
				f.account.addPool("POOL_A", "ACTIVE", "MONITOR")
				f.addNode(t, "pool_a", http.StatusTeapot, "")
			},
			Broken, "HTTP 418", "",
		},
		"a node that sends no metrics": {
			func(t *testing.T, f *fixture) {
				f.account.addPool("POOL_A", "ACTIVE", "MONITOR")
				f.addNode(t, "pool_a", http.StatusOK, "<html>")
			},
			Broken, "not in the text format", "",
		},
		"a node that sends too much": {
			func(t *testing.T, f *fixture) {
				f.account.addPool("POOL_A", "ACTIVE", "MONITOR")
				f.addNode(t, "pool_a", http.StatusOK, strings.Repeat("#", maxBody+1))
			},
			Broken, "more than", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			test.arrange(t, f)
			report := f.examine(t)
			require.Equal(t, test.verdict == Inactive, report.Healthy())
			pool := report.Pools[0]
			require.Equal(t, test.verdict, pool.Verdict)
			require.Contains(t, pool.Problem, test.problem)
			if test.fix == "" {
				require.Empty(t, pool.Fix)
			}
			require.Contains(t, pool.Fix, test.fix)
		})
	}
}

func TestExamineTakesHighestPrivilegeOfGrantedRoles(t *testing.T) {
	f := newFixture(t)
	f.account.addPool("POOL_A", "ACTIVE", "USAGE")
	f.account[showRole] = append(f.account[showRole],
		[]string{"USAGE", "ROLE", `"Pool Readers"`}, []string{"USAGE", "ROLE", "METRICS"})
	f.account[`SHOW GRANTS TO ROLE "Pool Readers"`] = [][]string{
		{"privilege", "granted_on", "name"},
		{"MONITOR", "COMPUTE POOL", "POOL_A"},
		{"MAGIC", "COMPUTE POOL", "POOL_A"},
	}
	f.addNode(t, "pool_a", http.StatusOK, "a 1\n")
	require.Equal(t, "MONITOR", f.examine(t).Pools[0].Privilege)
}

func TestExamineReportsMissingPool(t *testing.T) {
	f := newFixture(t)
	report := f.examine(t, "Other")
	require.False(t, report.Healthy())
	require.Contains(t, report.Pools[0].Problem, "does not list it")
	require.Equal(t, `GRANT MONITOR ON COMPUTE POOL "Other" TO ROLE METRICS;`, report.Pools[0].Fix)
}

func TestExamineReportsAccountFault(t *testing.T) {
	for name, test := range map[string]struct {
		arrange func(*fixture)
		want    string
	}{
		"it refuses the list": {func(f *fixture) { delete(f.account, showPools) }, "HTTP 422"},
		"it hides the role": {
			func(f *fixture) { delete(f.account, selectSession) }, "the role of the token cannot be read",
		},
		"it hides the grants": {
			func(f *fixture) { delete(f.account, showRole) }, "the grants of role METRICS cannot be read",
		},
		"it has no pools":      {func(*fixture) {}, "cannot see any compute pool"},
		"the token is missing": {func(f *fixture) { _ = os.Remove(f.config.TokenFile) }, "cannot read the token"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			test.arrange(f)
			report := f.examine(t)
			require.False(t, report.Healthy())
			var text bytes.Buffer
			report.Write(&text)
			require.Contains(t, text.String(), test.want)
			require.NotContains(t, text.String(), "secret-token")
		})
	}
}

func TestExamineRefusesUnusableConfiguration(t *testing.T) {
	f := newFixture(t)
	f.config.Port = 0
	_, err := Examine(context.Background(), &f.config, nil, 1)
	require.ErrorContains(t, err, "`port`")
	f.config.Port, f.config.CAFile = 443, "/none"
	_, err = Examine(context.Background(), &f.config, nil, 1)
	require.ErrorContains(t, err, "`ca_file`")
}

func TestReportWrite(t *testing.T) {
	f := newFixture(t)
	f.account.addPool("POOL_A", "ACTIVE", "MONITOR")
	f.account.addPool("POOL_B", "SUSPENDED", "MONITOR")
	f.addNode(t, "pool_a", http.StatusOK, "a 1\n")
	var text bytes.Buffer
	f.examine(t).Write(&text)
	require.Contains(t, text.String(), "user SVC, role METRICS")
	require.Regexp(t, `POOL_A +ACTIVE +MONITOR +1 +1 samples in \S+ +ok`, text.String())
	require.Regexp(t, `POOL_B +SUSPENDED +MONITOR +0 +- +inactive`, text.String())
	require.Contains(t, text.String(), "\n    ALTER COMPUTE POOL POOL_B RESUME;\n")
}
