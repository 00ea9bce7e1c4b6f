// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

func TestWriteShowsNoCharacterThatActs(t *testing.T) {
	bad := "A\x1b[2J\"\n    GRANT OWNERSHIP ON ACCOUNT; --\tb\u009b31m"
	report := &Report{
		Account: bad, User: bad, Role: bad, Problems: []string{bad},
		Pools: []Pool{{
			Name: bad, State: bad, Privilege: bad, Scrape: bad, Verdict: Broken, Problem: bad,
			Fix: grantMonitor(bad, bad),
		}},
	}
	var out bytes.Buffer
	report.Write(&out)
	require.NotContains(t, out.String(), "\x1b")
	require.NotContains(t, out.String(), "\u009b")
	require.NotContains(t, out.String(), "\t")
	for line := range strings.Lines(out.String()) {
		require.NotRegexp(t, `^ *GRANT`, line, "a name makes no line of SQL")
	}
	require.Contains(t, out.String(), `    -- A name has characters that are not printable`)
}

func TestWritePadsNoRowToALongCell(t *testing.T) {
	long := strings.Repeat("J", 300)
	report := &Report{Pools: []Pool{
		{Name: "POOL_A", State: "ACTIVE", Verdict: OK},
		{Name: long, State: long, Verdict: Broken, Problem: "pool name has more than 63 characters"},
	}}
	var out bytes.Buffer
	report.Write(&out)
	for line := range strings.Lines(out.String()) {
		if !strings.HasPrefix(line, long) {
			require.Less(t, len(line), 200)
		}
	}
	require.Contains(t, out.String(), "\n"+long+": pool name has", "the name in full")
}

func TestWriteJSONShowsNoCharacterThatActs(t *testing.T) {
	bad := "A\x1b[2J\u009b31m\u202eROTINOM\u2069\x7f\nGRANT"
	report := &Report{Problems: []string{bad}, Pools: []Pool{{Name: bad, Problem: bad, Fix: grantMonitor(bad, bad)}}}
	var out bytes.Buffer
	report.WriteJSON(&out)
	for _, r := range out.String() {
		require.True(t, r == '\n' || strconv.IsPrint(r), "%q", r)
	}
	var read Report
	require.NoError(t, json.Unmarshal(out.Bytes(), &read))
	require.Equal(t, *report, read, "a program reads the names as they are")
}

func TestFixQuotesTheInstanceFamily(t *testing.T) {
	require.Equal(t, "GRANT MONITOR ON COMPUTE POOL A TO ROLE R;", statement(grantMonitor("A", "R")))
	require.Equal(t, `"X; DROP"`, sqlapi.Identifier("X; DROP"))
}
