// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package differential

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

func TestMain(m *testing.M) {
	// Prometheus's own storage and library keep these.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("go.opencensus.io/stats/view.(*worker).start"))
}

// node publishes one of the bodies.
type node struct {
	body
	address string
	// second makes it publish the second text.
	second *atomic.Bool
}

// poolSize is how many nodes fit into one answer of the test's DNS server.
const poolSize = 15

// startNodes serves every body at an address of its own and lists them as the nodes of pools.
func startNodes(t *testing.T, all []body) (nodes []node, dns *dnstest.Server, pools []any) {
	t.Helper()
	second := new(atomic.Bool)
	handlers := make([]http.HandlerFunc, len(all))
	for i, b := range all {
		handlers[i] = func(w http.ResponseWriter, r *http.Request) { b.write(w, r, second.Load()) }
	}
	addresses, dns, pools := serve(t, handlers)
	for i, b := range all {
		nodes = append(nodes, node{b, addresses[i], second})
	}
	return nodes, dns, pools
}

func (b body) write(w http.ResponseWriter, r *http.Request, second bool) {
	text := b.text
	if second && b.then != "" {
		text = b.then
	} else if b.negotiated != "" && strings.Contains(r.Header.Get("Accept"), "escaping=underscores") {
		text = b.negotiated
	}
	kind := b.kind
	if kind == "" {
		kind = "text/plain; version=0.0.4"
		if strings.Contains(b.text, "{\"") {
			kind = "text/plain; version=1.0.0; escaping=allow-utf-8"
		}
	}
	w.Header().Set("Content-Type", kind)
	_, _ = io.WriteString(w, text)
}

// serve runs a node for each handler and lists them as the nodes of pools.
func serve(t *testing.T, all []http.HandlerFunc) (addresses []string, dns *dnstest.Server, pools []any) {
	t.Helper()
	dns = dnstest.Start(t)
	records := make([]map[string]uint16, (len(all)+poolSize-1)/poolSize)
	for i, handler := range all {
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		addresses = append(addresses, server.Listener.Addr().String())
		name := fmt.Sprintf("n%d.internal", i)
		if records[i/poolSize] == nil {
			records[i/poolSize] = map[string]uint16{}
		}
		records[i/poolSize][name] = uint16(server.Listener.Addr().(*net.TCPAddr).Port)
		dns.Set(name, dnstest.Record{A: []string{"127.0.0.1"}})
	}
	for i, srv := range records {
		dns.Set(fmt.Sprintf("discover.monitor.pool_%d.cp.spcs.internal", i), dnstest.Record{SRV: srv})
		pools = append(pools, fmt.Sprintf("POOL_%d", i))
	}
	return addresses, dns, pools
}
