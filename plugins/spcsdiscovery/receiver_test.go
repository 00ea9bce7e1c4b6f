// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/dnstest"
)

const body = `# TYPE node_cpu_capacity gauge
node_cpu_capacity{snow_compute_pool_name="POOL_A",snow_compute_pool_node_id="127.0.0.1"} 6
`

// startNode runs a node and returns a DNS server that lists it as the only node of POOL_A.
func startNode(t *testing.T) (*dnstest.Server, netip.AddrPort) {
	t.Helper()
	node := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }),
	)
	t.Cleanup(node.Close)
	address := netip.MustParseAddrPort(node.Listener.Addr().String())
	dns := dnstest.Start(t)
	dns.Set(
		"discover.monitor.pool_a.cp.spcs.internal",
		dnstest.Record{SRV: map[string]uint16{"n1.internal": address.Port()}},
	)
	dns.Set("n1.internal", dnstest.Record{A: []string{address.Addr().String()}})
	return dns, address
}

func startReceiver(t *testing.T, factory receiver.Factory, settings map[string]any) *consumertest.MetricsSink {
	t.Helper()
	cfg := factory.CreateDefaultConfig()
	require.NoError(t, confmap.NewFromStringMap(settings).Unmarshal(cfg))
	sink := new(consumertest.MetricsSink)
	rcv, err := factory.CreateMetrics(context.Background(), receivertest.NewNopSettings(factory.Type()), cfg, sink)
	require.NoError(t, err)
	require.NoError(t, rcv.Start(context.Background(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, rcv.Shutdown(context.Background())) })
	return sink
}

func waitForMetric(
	t *testing.T,
	sink *consumertest.MetricsSink,
	name string,
) (pmetric.ResourceMetrics, pmetric.Metric) {
	t.Helper()
	var resource pmetric.ResourceMetrics
	var metric pmetric.Metric
	require.Eventually(t, func() bool {
		for _, metrics := range sink.AllMetrics() {
			for _, rm := range metrics.ResourceMetrics().All() {
				for _, sm := range rm.ScopeMetrics().All() {
					for _, m := range sm.Metrics().All() {
						if m.Name() == name {
							resource, metric = rm, m
							return true
						}
					}
				}
			}
		}
		return false
	}, 20*time.Second, 50*time.Millisecond, "no %s arrived", name)
	return resource, metric
}

func TestTheReceiverScrapesEveryNodeOfAPool(t *testing.T) {
	dns, address := startNode(t)
	sink := startReceiver(t, NewFactory(), map[string]any{
		"compute_pools": []any{"POOL_A"}, "dns_server": dns.Addr, "scrape_interval": "200ms",
	})
	resource, metric := waitForMetric(t, sink, "node_cpu_capacity")
	require.Equal(t, map[string]any{
		"service.name": "spcs-nodes", "service.instance.id": address.String(),
	}, resource.Resource().Attributes().AsRaw(), "nothing else may become a label in the store")
	point := metric.Gauge().DataPoints().At(0)
	require.InDelta(t, 6, point.DoubleValue(), 0)
	require.Equal(t, map[string]any{
		"snow_compute_pool_name": "POOL_A", "snow_compute_pool_node_id": "127.0.0.1",
	}, point.Attributes().AsRaw())
	_, up := waitForMetric(t, sink, "up")
	require.InDelta(t, 1, up.Gauge().DataPoints().At(0).DoubleValue(), 0)
}

func TestTheReceiverCanBeShutDownWithoutAStart(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	cfg.ComputePools = []string{"POOL_A"}
	set := receivertest.NewNopSettings(componentType)
	rcv, err := NewFactory().CreateMetrics(context.Background(), set, cfg, consumertest.NewNop())
	require.NoError(t, err)
	require.NoError(t, rcv.Shutdown(context.Background()))
}

func load(settings map[string]any) (*Config, error) {
	cfg := NewFactory().CreateDefaultConfig().(*Config)
	if err := confmap.NewFromStringMap(settings).Unmarshal(cfg); err != nil {
		return nil, err
	}
	return cfg, cfg.Validate()
}

// loadFast loads settings; where they leave the interval out, it is a shorter one than a configuration may have.
func loadFast(settings map[string]any, interval time.Duration) (*Config, error) {
	cfg, err := load(settings)
	if _, set := settings["scrape_interval"]; !set && err == nil {
		cfg.ScrapeInterval = interval
	}
	return cfg, err
}

func TestTheEmptyConfigurationIsRightInsideAService(t *testing.T) {
	t.Setenv("SNOWFLAKE_HOST", "snowflake.internal")
	t.Setenv("SNOWFLAKE_PORT", "8443")
	t.Setenv("SNOWFLAKE_PROTOCOL", "HTTPS")
	cfg, err := load(map[string]any{})
	require.NoError(t, err)
	require.Equal(t, "snowflake.internal", cfg.Host)
	require.Equal(t, 8443, cfg.Port)
	require.Equal(t, "https", cfg.Protocol)
	require.Equal(t, "/snowflake/session/token", cfg.TokenFile)
	require.Equal(t, 30*time.Second, cfg.ScrapeInterval)
	jobs, err := newScrapeConfigs("spcs", cfg, nil)
	require.NoError(t, err)
	require.Len(t, jobs, 1)
	require.Equal(t, "10s", jobs[0].ScrapeTimeout.String())
}

func TestUnsetVariablesOfTheShippedConfigurationChangeNothing(t *testing.T) {
	t.Setenv("SNOWFLAKE_HOST", "snowflake.internal")
	cfg, err := load(map[string]any{"compute_pools": nil})
	require.NoError(t, err)
	require.Empty(t, cfg.ComputePools)
	cfg, err = load(map[string]any{"compute_pools": "POOL_A,POOL_B"})
	require.NoError(t, err)
	require.Equal(t, []string{"POOL_A", "POOL_B"}, cfg.ComputePools)
}

func TestATokenReplacesTheTokenFile(t *testing.T) {
	t.Setenv("SNOWFLAKE_HOST", "snowflake.internal")
	cfg, err := load(map[string]any{"token": "secret", "token_type": "PROGRAMMATIC_ACCESS_TOKEN"})
	require.NoError(t, err)
	require.Empty(t, cfg.TokenFile)
	require.Equal(t, "secret", string(cfg.SDConfig.Token))
	printed := confmap.New()
	require.NoError(t, printed.Marshal(cfg))
	require.NotContains(t, printed.Get("token"), "secret")
}

func rules(key, value string) map[string]any {
	return map[string]any{"relabel_configs": []any{map[string]any{key: value}}}
}

func TestBadConfigurationsAreOneSentenceThatNamesTheKey(t *testing.T) {
	for name, test := range map[string]struct {
		settings map[string]any
		want     string
	}{
		"an unknown key":      {map[string]any{"hots": "x"}, "unknown keys: hots"},
		"a negative interval": {map[string]any{"scrape_interval": "-5s"}, "`scrape_interval` is -5s"},
		"a negative refresh":  {map[string]any{"refresh_interval": "-5s"}, "'refresh_interval'"},
		"30 sans unit":        {map[string]any{"scrape_interval": 30}, "`scrape_interval` is 30ns: set at least 1s"},
		"a nanosecond":        {map[string]any{"scrape_interval": "1ns"}, "`scrape_interval` is 1ns"},
		"60 sans unit":        {map[string]any{"refresh_interval": 60}, "`refresh_interval` is 60ns: set at least 1s"},
		"10 sans unit":        {map[string]any{"scrape_timeout": 10}, "`scrape_timeout` is 10ns: set at least 1ms"},
		"600 sans unit":       {map[string]any{"stale_after": 600}, "`stale_after` is 600ns: set 0s or"},
		"9 sans unit":         {map[string]any{"account_stale_after": 9}, "`account_stale_after` is 9ns: set 0s or"},
		"a long timeout":      {map[string]any{"scrape_timeout": "60s"}, "`scrape_timeout` is 1m0s"},
		"password and token":  {map[string]any{"password": "hunter2", "token": "hunter3"}, "`password` cannot be used"},
		"token and file":      {map[string]any{"token": "hunter3", "token_file": "t"}, "`token` and `token_file` are set"},
		"no host":             {map[string]any{"host": ""}, "`host` is not set"},
		"an unknown rule key": {rules("target_lable", "x"), "`relabel_configs`: line 1: field target_lable not found"},
		"a bad expression":    {rules("regex", "("), "`relabel_configs`"},
		"a rule sans target":  {rules("action", "replace"), "`relabel_configs`"},
		"an empty rule":       {map[string]any{"relabel_configs": []any{nil}}, "`relabel_configs`"},
		"a page for all":      {map[string]any{"debug_endpoint": "0.0.0.0:9099"}, "`debug_endpoint` is \"0.0.0.0:9099\""},
		"self sans port":      {map[string]any{"self_endpoint": "localhost"}, "`self_endpoint` is \"localhost\""},
		"a page sans port":    {map[string]any{"debug_endpoint": "localhost"}, "`debug_endpoint` is \"localhost\""},
		"a missing authority": {map[string]any{"ca_file": "/none"}, "`ca_file`"},
		"a host of a URL":     {map[string]any{"host": "http://u:hunter2@h"}, "`host` is an address that"},
		"a host with a path":  {map[string]any{"host": "h/x?hunter2"}, "`host` is \"h/x\""},
		"a login to self":     {map[string]any{"self_endpoint": "http://u:hunter2@h"}, "`self_endpoint` is an address"},
		"a login to DNS":      {map[string]any{"dns_server": "u:hunter2@h:a"}, "`dns_server` is an address"},
		"a login to the page": {map[string]any{"debug_endpoint": "u@hunter2:1"}, "`debug_endpoint` is an address"},
		"a port of letters":   {map[string]any{"port": "https"}, "'port'"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SNOWFLAKE_HOST", "snowflake.internal")
			_, err := load(test.settings)
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "\n")
			require.NotContains(t, err.Error(), "hunter")
		})
	}
}

func TestAPortOfLettersInTheEnvironmentIsNamed(t *testing.T) {
	t.Setenv("SNOWFLAKE_HOST", "snowflake.internal")
	t.Setenv("SNOWFLAKE_PORT", "https")
	_, err := load(map[string]any{})
	require.ErrorContains(t, err, "`port` is 0")
}

func TestTheConfigurationHasWellFormedKeys(t *testing.T) {
	require.NoError(t, componenttest.CheckConfigStruct(createDefaultConfig()))
	require.Equal(t, component.MustNewType("spcs"), NewFactory().Type())
}
