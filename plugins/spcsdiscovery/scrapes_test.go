// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

// stand is a running receiver with one node that a test can break.
type stand struct {
	sink    *consumertest.MetricsSink
	logs    *observer.ObservedLogs
	rcv     receiver.Metrics
	answer  atomic.Value
	address netip.AddrPort
}

// startStand runs a receiver on a node whose answers are functions that the test sets.
func startStand(t *testing.T, settings map[string]any) *stand {
	t.Helper()
	s := &stand{sink: new(consumertest.MetricsSink)}
	s.set(func(w http.ResponseWriter) { _, _ = io.WriteString(w, body) })
	node := httptest.NewServer(
		http.HandlerFunc(
			func(w http.ResponseWriter, _ *http.Request) { s.answer.Load().(func(http.ResponseWriter))(w) },
		),
	)
	t.Cleanup(node.Close)
	s.address = netip.MustParseAddrPort(node.Listener.Addr().String())
	dns := dnstest.Start(t)
	dns.Set(
		"discover.monitor.pool_a.cp.spcs.internal",
		dnstest.Record{SRV: map[string]uint16{"n1.internal": s.address.Port()}},
	)
	dns.Set("n1.internal", dnstest.Record{A: []string{s.address.Addr().String()}})
	all := map[string]any{"compute_pools": []any{"POOL_A"}, "dns_server": dns.Addr}
	for key, value := range settings {
		all[key] = value
	}
	cfg, err := loadFast(all, 100*time.Millisecond)
	require.NoError(t, err)
	core, logs := observer.New(zap.InfoLevel)
	set := receivertest.NewNopSettings(componentType)
	set.Logger, s.logs = zap.New(core), logs
	s.rcv, err = NewFactory().CreateMetrics(context.Background(), set, cfg, s.sink)
	require.NoError(t, err)
	require.NoError(t, s.rcv.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, s.rcv.Shutdown(context.Background())) })
	return s
}

func (s *stand) set(answer func(http.ResponseWriter)) { s.answer.Store(answer) }

// write returns an answer with this body.
func write(text string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { _, _ = io.WriteString(w, text) }
}

func (s *stand) waitForLine(t *testing.T, words string) observer.LoggedEntry {
	t.Helper()
	var found observer.LoggedEntry
	require.Eventually(t, func() bool {
		entries := s.logs.FilterMessageSnippet(words).All()
		if len(entries) > 0 {
			found = entries[len(entries)-1]
		}
		return len(entries) > 0
	}, 10*time.Second, 20*time.Millisecond, "no line says %q", words)
	return found
}

func TestANodeThatFailsIsOneLineWithItsReasonAndOneWhenItReturns(t *testing.T) {
	s := startStand(t, nil)
	waitForMetric(t, s.sink, "node_cpu_capacity")
	s.set(func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) })
	line := s.waitForLine(t, "Node cannot be scraped").ContextMap()
	require.Equal(t, "POOL_A", line["compute_pool"])
	require.Equal(t, s.address.String(), line["node"])
	require.Equal(t, "http_status", line["reason"])
	require.Contains(t, line["err"], "500")
	time.Sleep(500 * time.Millisecond)
	require.Len(t, s.logs.FilterMessageSnippet("crape").FilterField(zap.String("reason", "http_status")).All(), 1)
	require.Greater(t, s.rcv.(*spcsReceiver).scrapes.counts()["http_status"], int64(1))
	s.set(func(w http.ResponseWriter) { _, _ = io.WriteString(w, body) })
	s.waitForLine(t, "Node can be scraped again")
}

func TestEachKindOfBrokenNodeHasItsReason(t *testing.T) {
	t.Parallel()
	s := startStand(t, map[string]any{"scrape_interval": "1s"})
	packed := pack(t, bytes.Repeat([]byte("#"), 33<<20))
	for reason, answer := range map[string]func(http.ResponseWriter){
		"invalid_body":     func(w http.ResponseWriter) { _, _ = io.WriteString(w, "no metrics {{{\n") },
		"too_many_samples": func(w http.ResponseWriter) { _, _ = io.WriteString(w, manySeries(20_001)) },
		"too_many_labels":  func(w http.ResponseWriter) { _, _ = io.WriteString(w, manyLabels(201)) },
		"label_too_long": func(w http.ResponseWriter) {
			_, _ = fmt.Fprintf(w, "m{l=%q} 1\n", strings.Repeat("x", 5000))
		},
		"body_too_large": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed)
		},
		"interrupted": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, body)
		},
		"timeout": func(http.ResponseWriter) { time.Sleep(1500 * time.Millisecond) },
	} {
		t.Run(reason, func(t *testing.T) {
			s.set(answer)
			require.Eventually(t, func() bool { return s.rcv.(*spcsReceiver).scrapes.counts()[reason] > 0 },
				20*time.Second, 20*time.Millisecond)
		})
	}
}

func TestSeriesThatComeTwiceAreOneLineAndTheRestIsTaken(t *testing.T) {
	s := startStand(t, nil)
	s.set(func(w http.ResponseWriter) { _, _ = io.WriteString(w, body+"other 1\nother 2\n") })
	line := s.waitForLine(t, "samples that cannot be stored").ContextMap()
	require.Equal(t, "duplicate_series", line["reason"])
	require.Equal(t, s.address.String(), line["node"])
	waitForMetric(t, s.sink, "other")
	time.Sleep(300 * time.Millisecond)
	require.Len(t, s.logs.FilterLevelExact(zap.WarnLevel).All(), 1)
	s.set(func(w http.ResponseWriter) { _, _ = io.WriteString(w, body) })
	s.waitForLine(t, "only what can be stored again")
}

func pack(t *testing.T, body []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err := writer.Write(body)
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	return packed.Bytes()
}

func manySeries(count int) string {
	var text strings.Builder
	for i := range count {
		fmt.Fprintf(&text, "m{n=\"%d\"} 1\n", i)
	}
	return text.String()
}

func manyLabels(count int) string {
	labels := make([]string, count)
	for i := range labels {
		labels[i] = fmt.Sprintf("l%d=\"v\"", i)
	}
	return "m{" + strings.Join(labels, ",") + "} 1\n"
}

func TestErrorsOfTheNetworkHaveTheirReasons(t *testing.T) {
	for reason, err := range map[string]error{
		"refused":      &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED},
		"unreachable":  &net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH},
		"interrupted":  &net.OpError{Op: "read", Err: syscall.ECONNRESET},
		"timeout":      fmt.Errorf("get: %w", context.DeadlineExceeded),
		"invalid_body": errors.New("strange"),
	} {
		require.Equal(t, reason, scrapeReason(err))
	}
	require.Equal(t, "interrupted", scrapeReason(&url.Error{Op: "Get", Err: io.EOF}))
	require.Equal(t, "interrupted", scrapeReason(io.ErrUnexpectedEOF))
	require.Equal(t, "invalid_body", scrapeReason(io.EOF), "a compressed stream of no byte")
	require.Equal(t, "invalid_body", scrapeReason(gzip.ErrHeader))
}

func TestTheDebugPageShowsPoolsNodesAndTheirErrors(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	endpoint := listener.Addr().String()
	require.NoError(t, listener.Close())
	s := startStand(
		t,
		map[string]any{
			"debug_endpoint":   endpoint,
			"compute_pools":    []any{"POOL_A", "POOL_B"},
			"refresh_interval": "1s",
		},
	)
	waitForMetric(t, s.sink, "up")
	var shown view
	require.NoError(t, json.Unmarshal(get(t, "http://"+endpoint+"/status.json"), &shown))
	require.Equal(t, "spcs", shown.Receiver[:4])
	require.Len(t, shown.Pools, 2)
	found, missing := shown.Pools[0], shown.Pools[1]
	require.Len(t, found.Nodes, 1)
	require.True(t, found.Nodes[0].Up)
	require.NotNil(t, found.Nodes[0].LastScrape)
	require.Equal(t, "discover.monitor.pool_a.cp.spcs.internal", found.DNSName)
	require.Equal(t, "dns_nxdomain", missing.Reason)
	require.Contains(t, missing.Error, "MONITOR")
	require.Nil(t, missing.LastSuccess)
	s.set(func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<script>{{{\n") })
	s.waitForLine(t, "Node cannot be scraped")
	page := string(get(t, "http://"+endpoint+"/"))
	for _, want := range []string{
		"POOL_A", s.address.String(), "down: invalid_body", "No nodes.", "check that it exists",
	} {
		require.Contains(t, page, want)
	}
	require.NotContains(t, page, "<script>")
	require.NoError(t, s.rcv.Shutdown(context.Background()))
	_, err = net.Dial("tcp", endpoint)
	require.Error(t, err, "the page ends with the receiver")
}

func get(t *testing.T, url string) []byte {
	t.Helper()
	answer, err := http.Get(url)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	raw, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return raw
}

func TestADebugPageWhosePortIsTakenStopsTheStartWithASentence(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	cfg, err := load(map[string]any{"compute_pools": []any{"POOL_A"}, "debug_endpoint": listener.Addr().String()})
	require.NoError(t, err)
	set := receivertest.NewNopSettings(componentType)
	rcv, err := NewFactory().CreateMetrics(context.Background(), set, cfg, consumertest.NewNop())
	require.NoError(t, err)
	require.ErrorContains(t, rcv.Start(context.Background(), componenttest.NewNopHost()), "`debug_endpoint`")
	require.NoError(t, rcv.Shutdown(context.Background()))
}

func TestAStartEndsWhenTheFirstLookHas(t *testing.T) {
	s := startStand(t, nil)
	require.NotEmpty(t, s.logs.FilterMessageSnippet("First look at the pools has ended").All())
}

func TestRulesRelabelTargetsAndSeries(t *testing.T) {
	s := startStand(t, map[string]any{
		"relabel_configs": []any{
			map[string]any{"source_labels": []any{"__meta_spcs_compute_pool_name"}, "target_label": "pool"},
		},
		"metric_relabel_configs": []any{
			map[string]any{
				"source_labels": []any{"snow_compute_pool_name"},
				"target_label":  "renamed",
				"regex":         "POOL_(.+)",
				"replacement":   "$1",
			},
			map[string]any{"regex": "snow_compute_pool_name", "action": "labeldrop"},
		},
	})
	_, metric := waitForMetric(t, s.sink, "node_cpu_capacity")
	require.Equal(t, map[string]any{"pool": "POOL_A", "renamed": "A", "snow_compute_pool_node_id": "127.0.0.1"},
		metric.Gauge().DataPoints().At(0).Attributes().AsRaw())
}
