// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

// oneColumn describes a result of one row.
const oneColumn = `"resultSetMetaData":{"numRows":1,"rowType":[{"name":"name"}]}`

// accountFaults are answers other than a list of pools, with the reason and the words of their line.
var accountFaults = map[string]struct {
	status             int
	raw, reason, words string
}{
	"an empty object": {200, `{}`, "sql_invalid", "has no code"},
	"a session that ended": {
		200, `{"code":"391918","message":"Session no longer exists"}`, "sql_invalid", "391918: Session",
	},
	"an error's code": {200, `{"code":"000606","message":"No active warehouse"}`, "sql_invalid", "000606: No active"},
	"no data":         {200, `{"code":"090001",` + oneColumn + `}`, "sql_invalid", "has no data"},
	"null as data":    {200, `{"code":"090001",` + oneColumn + `,"data":null}`, "sql_invalid", "has no data"},
	"lost rows":       {200, `{"code":"090001",` + oneColumn + `,"data":[]}`, "sql_invalid", "0 rows"},
	"no rows, and a partition of three": {
		200, `{"code":"090001","resultSetMetaData":{"numRows":0,"rowType":[{"name":"name"}],` +
			`"partitionInfo":[{"rowCount":3}]},"data":[]}`, "sql_invalid", "0 rows instead of 3",
	},
	"one pool twice": {
		200, `{"code":"090001","resultSetMetaData":{"numRows":2,"rowType":[{"name":"name"}]},` +
			`"data":[["POOL_A"],["POOL_A"]]}`, "sql_invalid", "the pool POOL_A twice",
	},
	"a column twice": {
		200, `{"code":"090001","resultSetMetaData":{"numRows":1,"rowType":[{"name":"name"},{"name":"NAME"}]},` +
			`"data":[["POOL_A","POOL_B"]]}`, "sql_invalid", "the column NAME twice",
	},
	"NULL as name": {200, `{"code":"090001",` + oneColumn + `,"data":[[null]]}`, "sql_invalid", "no name in row"},
	"no column of names": {
		200, `{"code":"090001","resultSetMetaData":{"numRows":0,"rowType":[{"name":"x"}]},"data":[]}`,
		"sql_invalid", "no column `name`",
	},
	"a redirect":            {307, `{}`, "sql_redirect", "a redirect to http://elsewhere.invalid/there"},
	"a request it rejects":  {400, `{}`, "sql_other", "that a proxy leaves requests as they are"},
	"a method it rejects":   {405, `{}`, "sql_other", "not the account's SQL API"},
	"a token that expired":  {401, `{}`, "sql_auth", "has not expired"},
	"a policy of networks":  {403, `{}`, "sql_forbidden", "network policy"},
	"an account not there":  {404, `{}`, "sql_not_found", "account's host"},
	"a privilege it misses": {422, `{}`, "sql_statement", "privileges of the role"},
}

func TestDiscoveryKeepsPoolsWhileTheAccountFails(t *testing.T) {
	for name, test := range accountFaults {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"), row("POOL_B", "ACTIVE"))
			f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
			f.dns.Set(poolB, dnstest.Record{A: []string{"10.0.1.1"}})
			f.mustDiscover(t)
			f.account.status, f.account.raw = test.status, test.raw
			f.account.header = http.Header{"Location": {"http://elsewhere.invalid/there"}}
			f.dns.Set(poolB, dnstest.Record{A: []string{"10.0.1.1", "10.0.1.2"}})
			for range 2 {
				groups, ok := f.discover()
				require.False(t, ok)
				require.Equal(t, []string{"10.0.0.1:9001"}, addresses(groups["POOL_A"]))
				require.Len(t, addresses(groups["POOL_B"]), 2, "nodes are followed by DNS")
			}
			require.Equal(t, 1, f.warnings(), "%s", f.log)
			require.Contains(t, f.log.String(), "reason="+test.reason)
			require.Contains(t, f.log.String(), test.words)
			require.Equal(t, map[string]int64{test.reason: 2}, f.reporter.failures)
			f.account.status, f.account.raw = http.StatusOK, ""
			require.Len(t, f.mustDiscover(t), 2)
			require.Contains(t, f.log.String(), "Account answers again")
		})
	}
}

func TestDiscoveryLeavesTheAccountAloneAsLongAsItAsks(t *testing.T) {
	for name, header := range map[string]string{
		"seconds": "60", "a date": time.Now().Add(time.Hour).UTC().Format(http.TimeFormat),
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.account.set(http.StatusOK, row("POOL_A", "ACTIVE"))
			f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
			f.mustDiscover(t)
			f.account.status, f.account.header = http.StatusTooManyRequests, http.Header{"Retry-After": {header}}
			for range 3 {
				groups, ok := f.discover()
				require.False(t, ok)
				require.Equal(t, []string{"10.0.0.1:9001"}, addresses(groups["POOL_A"]))
			}
			require.Len(t, f.account.statements, 2, "once before, and once more")
			require.Equal(t, 1, f.warnings(), "%s", f.log)
			require.EqualValues(t, 3, f.reporter.failures["sql_rate_limited"], "each refresh without an answer counts")
		})
	}
}

func TestDiscoveryReadsCellsThatAreNoStrings(t *testing.T) {
	f := newFixture(t)
	f.dns.Set("discover.monitor.7.cp.spcs.internal", dnstest.Record{A: []string{"10.0.0.1"}})
	f.account.raw = `{"code":"090001","resultSetMetaData":{"numRows":1,"rowType":[
		{"name":"name"},{"name":"min_nodes"},{"name":"is_exclusive"},{"name":"comment"}]},"data":[[7,2,true,null]]}`
	group := f.mustDiscover(t)["7"]
	require.Equal(t, []string{"10.0.0.1:9001"}, addresses(group))
	require.Equal(t, model.LabelValue("2"), group.Labels["__meta_spcs_compute_pool_min_nodes"])
	require.Equal(t, model.LabelValue("true"), group.Labels["__meta_spcs_compute_pool_is_exclusive"])
	require.NotContains(t, group.Labels, model.LabelName("__meta_spcs_compute_pool_comment"))
}

func TestDiscoveryRefusesATokenThatNoHeaderHolds(t *testing.T) {
	for name, token := range map[string]string{
		"NUL": "secret\x00token", "a second line": "secret\ntoken", "a byte order mark": "\ufeffsecret",
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.account.set(200, row("POOL_A", "ACTIVE"))
			f.dns.Set(poolA, dnstest.Record{A: []string{"10.0.0.1"}})
			f.mustDiscover(t)
			require.NoError(t, os.WriteFile(f.config.TokenFile, []byte(token), 0o600))
			groups, ok := f.discover()
			require.False(t, ok)
			require.Len(t, groups, 1)
			require.EqualValues(t, 1, f.reporter.failures["sql_token"])
			require.NotContains(t, f.log.String(), "secret")
			require.Equal(t, 1, strings.Count(f.log.String(), "\n"))
			require.NoError(t, os.WriteFile(f.config.TokenFile, []byte("another"), 0o600))
			f.mustDiscover(t)
		})
	}
}

func TestTheTimeForWhichTheAccountWantsNoRequestsIsLoggedOnce(t *testing.T) {
	f := newFixture(t, func(c *SDConfig) { c.RefreshInterval = model.Duration(time.Second) })
	f.account.set(http.StatusTooManyRequests)
	f.report()
	require.Equal(t, 1, f.warnings())
	require.Contains(t, f.log.String(), "account_asked_again_in=1s")
	f.account.header = http.Header{"Retry-After": {"100000000000000000000"}}
	for range 3 {
		f.report()
	}
	require.Equal(t, 2, f.warnings(), f.log)
	require.Contains(t, f.log.String(), "account_asked_again_in=15m")
	require.Contains(t, f.reported.AccountError, "the account wants no requests for 1")
}
