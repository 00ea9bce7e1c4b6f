// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/value"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/storetest"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/storeexporter"
)

// fleet is a pool of nodes whose bodies a test sets, and a receiver whose requests go to a store.
type fleet struct {
	dns     *dnstest.Server
	bodies  map[string]*atomic.Value
	scraped atomic.Int64
	// connections are those that are open to each node, and dialled those ever opened.
	connections, dialled map[string]*atomic.Int64
	store                *storetest.Store
	logs                 *observer.ObservedLogs
	telemetry            *componenttest.Telemetry
	component            component.Component
	// refuse makes the pipeline refuse what it gets.
	refuse atomic.Bool
}

const fleetPool = "discover.monitor.pool_a.cp.spcs.internal"

func newFleet(t *testing.T) *fleet {
	t.Helper()
	return &fleet{
		dns: dnstest.Start(t), store: storetest.New(t), bodies: map[string]*atomic.Value{},
		connections: map[string]*atomic.Int64{}, dialled: map[string]*atomic.Int64{},
	}
}

// startFleet runs as many nodes on addresses of their own, 127.7.0.2 and so on, all at one port. prepare is called
// before the receiver starts.
func startFleet(t *testing.T, count int, settings map[string]any, prepare ...func(*fleet)) *fleet {
	t.Helper()
	f := newFleet(t)
	f.telemetry = componenttest.NewTelemetry()
	var addresses []string
	first := f.serve(t, "127.7.0.2:0")
	_, port, _ := strings.Cut(first, ":")
	addresses = append(addresses, "127.7.0.2")
	for i := 1; i < count; i++ {
		address := fmt.Sprintf("127.7.0.%d", i+2)
		f.serve(t, address+":"+port)
		addresses = append(addresses, address)
	}
	f.list(addresses, port)
	for _, arrange := range prepare {
		arrange(f)
	}
	all := map[string]any{
		"compute_pools":    []any{"POOL_A"},
		"dns_server":       f.dns.Addr,
		"refresh_interval": "1s",
	}
	maps.Copy(all, settings)
	cfg, err := loadFast(all, 200*time.Millisecond)
	require.NoError(t, err)
	core, logs := observer.New(zap.InfoLevel)
	set := receivertest.NewNopSettings(componentType)
	set.TelemetrySettings = f.telemetry.NewTelemetrySettings()
	set.Logger, f.logs = zap.New(core), logs
	next, err := consumer.NewLogs(f.take)
	require.NoError(t, err)
	f.component, err = NewFactory().CreateLogs(context.Background(), set, cfg, next)
	require.NoError(t, err)
	require.NoError(t, f.component.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() {
		require.NoError(t, f.component.Shutdown(context.Background()))
		require.NoError(t, f.telemetry.Shutdown(context.Background()))
	})
	return f
}

func (f *fleet) take(_ context.Context, logs plog.Logs) error {
	if f.refuse.Load() {
		return errors.New("sending queue is full")
	}
	record := logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0)
	samples, _ := record.Attributes().Get(storeexporter.SamplesAttribute)
	f.store.Write(record.Body().Bytes().AsRaw(), int(samples.Int()))
	return nil
}

func (f *fleet) serve(t *testing.T, address string) string {
	t.Helper()
	node := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.scraped.Add(1)
		host, _, _ := strings.Cut(r.Host, ":")
		text := f.bodies[host].Load().(string)
		if kind, rest, found := strings.Cut(text, "\x00"); found {
			w.Header().Set("Content-Type", kind)
			text = rest
		}
		_, _ = io.WriteString(w, text)
	}))
	require.NoError(t, node.Listener.Close())
	listener, err := net.Listen("tcp", address)
	require.NoError(t, err)
	node.Listener = listener
	host, _, _ := strings.Cut(listener.Addr().String(), ":")
	f.bodies[host] = new(atomic.Value)
	open, dialled := new(atomic.Int64), new(atomic.Int64)
	f.connections[host], f.dialled[host] = open, dialled
	node.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			dialled.Add(1)
			open.Add(1)
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		}
	}
	f.set(host, body)
	node.Start()
	t.Cleanup(node.Close)
	return listener.Addr().String()
}

func (f *fleet) list(addresses []string, port string) {
	srv := map[string]uint16{}
	for i, address := range addresses {
		name := fmt.Sprintf("n%d.internal", i)
		var number uint16
		_, _ = fmt.Sscan(port, &number)
		srv[name] = number
		f.dns.Set(name, dnstest.Record{A: []string{address}})
	}
	f.dns.Set(fleetPool, dnstest.Record{SRV: srv})
}

func (f *fleet) set(host, text string) { f.bodies[host].Store(text) }

// series returns the one series of a name and an address.
func (f *fleet) series(t *testing.T, name, host string) string {
	t.Helper()
	var found []string
	require.Eventually(t, func() bool {
		found = found[:0]
		for _, series := range f.store.Names(`{__name__="` + name + `"`) {
			if strings.Contains(series, `instance="`+host+`:`) {
				found = append(found, series)
			}
		}
		return len(found) > 0
	}, 20*time.Second, 10*time.Millisecond, "no %s of %s among %s", name, host, f.store.Names(""))
	require.Len(t, found, 1)
	return found[0]
}

func isValue(v float64) func(storetest.Sample) bool {
	return func(s storetest.Sample) bool { return s.Value == v }
}

func isStale(s storetest.Sample) bool { return value.IsStaleNaN(s.Value) }
