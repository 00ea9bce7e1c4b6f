// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
)

func TestDebugPageShowsNoCharacterThatActs(t *testing.T) {
	bad := "A\x1b[2J\x07\u009b31m\u202eROTINOM\u2066\u2028\x7f\U000e0041\n<script> größe"
	address := netip.MustParseAddrPort("127.0.0.1:9001")
	status := discovery.Status{Pools: []discovery.PoolStatus{{Nodes: []netip.AddrPort{address}}}}
	status.Pools[0].Name, status.Pools[0].State, status.Pools[0].InstanceFamily = bad, bad, bad
	status.Pools[0].DNSName, status.Pools[0].Reason, status.Pools[0].Error, status.AccountError = bad, bad, bad, bad
	page := &debugPage{name: bad, scrapes: newScrapes(zap.NewNop(), time.Second)}
	page.status.Store(&status)
	page.scrapes.last[address.String()] = nodeScrape{at: time.Now(), reason: bad, err: bad}
	for name, write := range map[string]http.HandlerFunc{"HTML": page.writeHTML, "JSON": page.writeJSON} {
		answer := httptest.NewRecorder()
		write(answer, httptest.NewRequest(http.MethodGet, "/", nil))
		for _, r := range answer.Body.String() {
			require.True(t, r == '\n' || strconv.IsPrint(r), "%s: %q", name, r)
		}
		require.Contains(t, answer.Body.String(), "größe")
		require.NotContains(t, answer.Body.String(), "<script>")
		if name == "JSON" {
			var read view
			require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &read))
			require.Equal(t, page.view().Pools[0].Name, read.Pools[0].Name, "a program reads the names as they are")
			require.Equal(t, bad, read.Pools[0].Nodes[0].Error)
		}
	}
}

func TestDebugPageAnswersOnlyToNamesOfLoopback(t *testing.T) {
	handler := onlyLoopbackNames(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:1": 200, "127.0.0.1:9099": 200, "127.5.6.7": 200, "[::1]:9099": 200, "[::1]": 200,
		"rebound.example:9099": 421, "localhost.example": 421, "10.0.0.1:9099": 421, "": 421, "127.0.0.1.example": 421,
	} {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Host = host
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		require.Equal(t, want, answer.Code, host)
	}
}
