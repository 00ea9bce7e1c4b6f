// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

const (
	showServices = "SHOW SERVICES EXCLUDE JOBS IN ACCOUNT"
	optIn        = "prometheus.io/scrape=true prometheus.io/port="
)

func newServicesFixture(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t)
	f.account.addPool("POOL_A", "ACTIVE", "MONITOR")
	f.addNode(t, "pool_a", http.StatusOK, "a 1\n")
	f.account[showServices] = [][]string{{"name", "status", "database_name", "schema_name", "compute_pool", "dns_name", "comment"}}
	return f
}

// addService lists a service of DB.AI whose instance has this address in DNS, none where that is empty.
func (f *fixture) addService(name, status, comment, address string) {
	f.account[showServices] = append(f.account[showServices],
		[]string{name, status, "DB", "AI", "POOL_A", name + ".x.svc.spcs.internal", comment})
	if address != "" {
		f.dns.Set("instances."+name+".x.svc.spcs.internal", dnstest.Record{A: []string{address}})
		f.account["SHOW SERVICE INSTANCES IN SERVICE DB.AI."+name] =
			[][]string{{"instance_id", "ip_address"}, {"0", address}}
	}
}

// serve runs an application, and returns its port.
func serve(t *testing.T, status int, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics" {
			status = http.StatusNotFound
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	_, port, _ := strings.Cut(netip.MustParseAddrPort(server.Listener.Addr().String()).String(), ":")
	return port
}

func (f *fixture) examineServices(t *testing.T, named ...string) *Report {
	t.Helper()
	report := f.examine(t)
	require.NoError(t, report.ExamineServices(context.Background(), &f.config, named))
	return report
}

func TestExamineServicesExplainsFault(t *testing.T) {
	for name, test := range map[string]struct {
		arrange               func(*testing.T, *fixture)
		verdict, problem, fix string
	}{
		"a healthy service": {
			func(t *testing.T, f *fixture) {
				f.addService("LLM", "RUNNING", optIn+serve(t, 200, "# HELP a b\na 1\n"), "127.0.0.1")
			}, OK, "", "",
		},
		"a suspended one": {
			func(_ *testing.T, f *fixture) { f.addService("LLM", "SUSPENDED", optIn+"8000", "") },
			Inactive, "it is SUSPENDED and has no instances", "",
		},
		"one that starts": {
			func(_ *testing.T, f *fixture) { f.addService("LLM", "PENDING", optIn+"8000", "") },
			Inactive, "no instances yet", "",
		},
		"one without a service role": {
			func(_ *testing.T, f *fixture) { f.addService("LLM", "RUNNING", optIn+"8000", "") },
			Broken, "GRANT SERVICE ROLE DB.AI.LLM!all_endpoints_usage TO ROLE METRICS;",
			"GRANT SERVICE ROLE DB.AI.LLM!all_endpoints_usage TO ROLE METRICS;",
		},
		"one whose port is shut": {
			func(_ *testing.T, f *fixture) { f.addService("LLM", "RUNNING", optIn+"1", "127.0.0.1") },
			Broken, "takes no connections", "GRANT SERVICE ROLE DB.AI.LLM!all_endpoints_usage TO ROLE METRICS;",
		},
		"one whose instances are hidden": {
			func(t *testing.T, f *fixture) {
				f.addService("LLM", "RUNNING", optIn+serve(t, 200, "a 1\n"), "127.0.0.1")
				delete(f.account, "SHOW SERVICE INSTANCES IN SERVICE DB.AI.LLM")
			},
			Broken, "its series have none", "GRANT MONITOR ON SERVICE DB.AI.LLM TO ROLE METRICS;",
		},
		"one with a bad word": {
			func(_ *testing.T, f *fixture) { f.addService("LLM", "RUNNING", optIn+"http", "") },
			Broken, "prometheus.io/port=http", "ALTER SERVICE DB.AI.LLM SET COMMENT = '...",
		},
		"one that answers an error": {
			func(t *testing.T, f *fixture) {
				f.addService("LLM", "RUNNING", optIn+serve(t, 500, ""), "127.0.0.1")
			}, Broken, "cannot be scraped: it answers HTTP 500", "",
		},
		"one that answers a page": {
			func(t *testing.T, f *fixture) {
				f.addService("LLM", "RUNNING", optIn+serve(t, 200, "<html>\n"), "127.0.0.1")
			}, Broken, "not in the text format", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newServicesFixture(t)
			test.arrange(t, f)
			f.addService("QUIET", "RUNNING", "For people", "")
			report := f.examineServices(t)
			require.Len(t, report.Services, 1)
			service := report.Services[0]
			require.Equal(t, test.verdict, service.Verdict, service.Problem)
			require.Equal(t, test.verdict != Broken, report.Healthy())
			require.Contains(t, service.Problem, test.problem)
			require.Contains(t, service.Fix, test.fix)
			require.Equal(t, test.fix == "", service.Fix == "")
		})
	}
}

func TestExamineServicesNamesWhatIsMissing(t *testing.T) {
	f := newServicesFixture(t)
	report := f.examineServices(t, "db.ai.gone:1")
	require.False(t, report.Services[0].Listed)
	require.Contains(t, report.Services[0].Fix, "GRANT USAGE ON DATABASE DB TO ROLE METRICS; GRANT USAGE ON SCHEMA DB.AI")
	require.ErrorContains(t, report.ExamineServices(context.Background(), &f.config, []string{"gone"}), "full name")
	delete(f.account, showServices)
	report = f.examineServices(t)
	require.Len(t, report.Problems, 1)
	require.Contains(t, report.Problems[0], "HTTP 422")
}

func TestExamineServicesScrapesAnInstanceThatTheAccountDoesNotShow(t *testing.T) {
	f := newServicesFixture(t)
	f.addService("LLM", "RUNNING", optIn+serve(t, 200, "a 1\n"), "127.0.0.1")
	f.account["SHOW SERVICE INSTANCES IN SERVICE DB.AI.LLM"] = [][]string{{"instance_id", "ip_address"}, {"0", "10.9.9.9"}}
	service := f.examineServices(t).Services[0]
	require.Equal(t, 1, service.Addresses)
	require.Zero(t, service.Numbered)
	require.Contains(t, service.Scrape, "1 samples")
	require.Contains(t, service.Problem, "the account shows no instance at 127.0.0.1")
}

func TestReportWritesServices(t *testing.T) {
	f := newServicesFixture(t)
	var text bytes.Buffer
	f.examineServices(t).Write(&text)
	require.Contains(t, text.String(), "\nNo service is opted in.\n")
	port := serve(t, 200, "# HELP a\x1b[2J b\na 1\n")
	f.addService("LLM", "RUNNING", optIn+port, "127.0.0.1")
	f.addService("SHUT", "RUNNING", optIn+"8000", "")
	text.Reset()
	f.examineServices(t).Write(&text)
	require.Regexp(t, `DB\.AI\.LLM +RUNNING +yes +`+port+` +1 +1 +yes +1 samples in \S+ +ok`, text.String())
	require.Regexp(t, `DB\.AI\.SHUT +RUNNING +yes +8000 +0 +0 +no +- +broken`, text.String())
	require.Contains(t, text.String(), `DB.AI.LLM begins with: # HELP a\x1b[2J b`)
	require.Contains(t, text.String(), "\n    GRANT SERVICE ROLE DB.AI.SHUT!all_endpoints_usage TO ROLE METRICS;\n")
	require.NotContains(t, text.String(), "\x1b")
	text.Reset()
	f.examine(t).Write(&text)
	require.NotContains(t, text.String(), "SERVICE", "nobody asks for services")
}
