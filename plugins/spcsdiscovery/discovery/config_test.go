// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

const account = "host: org-account.snowflakecomputing.com\ntoken_file: /run/token\n"

func parse(text string) (SDConfig, error) {
	var c SDConfig
	err := yaml.Unmarshal([]byte(text), &c)
	return c, err
}

func TestConfigDefaults(t *testing.T) {
	c, err := parse(account)
	require.NoError(t, err)
	require.Equal(t, 443, c.Port)
	require.Equal(t, "https", c.Protocol)
	require.Equal(t, "OAUTH", c.TokenType)
	require.Equal(t, model.Duration(time.Minute), c.RefreshInterval)
	require.Equal(t, "https://org-account.snowflakecomputing.com:443", c.baseURL())
}

func TestConfigFromEnvironment(t *testing.T) {
	for name, test := range map[string]struct {
		port string
		want int
	}{"a port": {"8443", 8443}, "the default port": {"", 443}, "a word as port": {"https", 0}} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SNOWFLAKE_HOST", "snowflake.internal")
			t.Setenv("SNOWFLAKE_PROTOCOL", "HTTP")
			t.Setenv("SNOWFLAKE_PORT", test.port)
			c := FromEnvironment()
			require.Equal(t, "snowflake.internal", c.Host)
			require.Equal(t, "http", c.Protocol)
			require.Equal(t, test.want, c.Port)
			require.Equal(t, DefaultSDConfig.StaleAfter, c.StaleAfter)
		})
	}
}

func TestConfigNamedPoolsNeedNoAccount(t *testing.T) {
	c, err := parse("compute_pools: [POOL_A, pool-b]\n")
	require.NoError(t, err)
	require.Equal(t, []string{"POOL_A", "pool-b"}, c.ComputePools)
	require.NoError(t, c.CheckFiles())
}

func TestConfigErrorsNameTheKey(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"an empty document":   {"{}", "`host` is not set"},
		"a URL as host":       {"host: https://a.b\ntoken_file: t\n", "`host` is \"https://a.b\""},
		"a host with a port":  {"host: a.b:443\ntoken_file: t\n", "`host` is \"a.b:443\""},
		"a port out of range": {account + "port: 70000\n", "`port` is 70000"},
		"another protocol":    {account + "protocol: gopher\n", "`protocol` is \"gopher\""},
		"no token":            {"host: a.b\n", "`token_file` is not set"},
		"two tokens":          {account + "token: x\n", "`token` and `token_file` are set"},
		"a password":          {account + "password: x\n", "`password` cannot be used"},
		"a key without user":  {"host: a.b\nprivate_key_file: k\n", "`user` and `private_key_file` belong together"},
		"a user sans key":     {account + "user: u\n", "`user` and `private_key_file` belong together"},
		"a key and a token":   {account + "user: u\nprivate_key_file: k\n", "`token_file` and `private_key_file` are set"},
		"an unknown source":   {account + "pool_source: guess\n", "`pool_source` is \"guess\""},
		"a list sans pools": {
			account + "pool_source: list\n", "`pool_source` is \"list\" and `compute_pools` names 0 pools",
		},
		"pools and a source": {
			account + "pool_source: show\ncompute_pools: [A]\n",
			"`pool_source` is \"show\" and `compute_pools` names 1 pools",
		},
		"a token type":       {account + "token_type: MAGIC\n", "`token_type` is \"MAGIC\""},
		"a short refresh":    {account + "refresh_interval: 1ms\n", "`refresh_interval` is 1ms"},
		"a negative refresh": {account + "refresh_interval: -1m\n", "-1m"},
		"a pool for no DNS":  {"compute_pools: ['my pool']\n", "`compute_pools`: pool name \"my pool\""},
		"an empty pool":      {"compute_pools: ['']\n", "`compute_pools`: pool name \"\""},
		"a server sans port": {"compute_pools: [A]\ndns_server: 10.0.0.1\n", "`dns_server` is \"10.0.0.1\""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(test.text)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestConfigSetDirectory(t *testing.T) {
	c, err := parse("host: a.b\ntoken_file: token\nca_file: /etc/ca.pem\n")
	require.NoError(t, err)
	c.SetDirectory("/etc/otelcol")
	require.Equal(t, "/etc/otelcol/token", c.TokenFile)
	require.Equal(t, "/etc/ca.pem", c.CAFile)
	c, err = parse("host: a.b\nprivate_key_file: key.pem\nuser: u\n")
	require.NoError(t, err)
	c.SetDirectory("/etc/otelcol")
	require.Equal(t, "/etc/otelcol/key.pem", c.PrivateKeyFile)
}

func TestConfigMarshalsToOneFlatDocument(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"an account": {account, `host: org-account.snowflakecomputing.com
port: 443
protocol: https
token_file: /run/token
token_type: OAUTH
refresh_interval: 1m
stale_after: 10m
account_stale_after: 1d
`},
		"every other key of an account": {
			"pool_source: auto\nca_file: c\nuser: u\nprivate_key_file: k\ntoken_type: KEYPAIR_JWT\nhost: a.b\n",
			`host: a.b
port: 443
protocol: https
token_type: KEYPAIR_JWT
private_key_file: k
user: u
ca_file: c
pool_source: auto
refresh_interval: 1m
stale_after: 10m
account_stale_after: 1d
`},
		"named pools": {
			"dns_server: 10.0.0.1:53\nstale_after: 0s\naccount_stale_after: 0s\ncompute_pools: [A, b]\n",
			`port: 443
protocol: https
token_type: OAUTH
compute_pools:
    - A
    - b
dns_server: 10.0.0.1:53
refresh_interval: 1m
stale_after: 0s
account_stale_after: 0s
`},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := parse(test.text)
			require.NoError(t, err)
			out, err := yaml.Marshal(c.WithObserver(func(Status) {}))
			require.NoError(t, err)
			require.Equal(t, test.want, string(out))
		})
	}
}

func TestConfigWithObserverCopies(t *testing.T) {
	c, err := parse(account)
	require.NoError(t, err)
	observed := c.WithObserver(func(Status) {})
	require.Nil(t, c.observe)
	require.NotNil(t, observed.observe)
	observed.observe = nil
	require.Equal(t, &c, observed)
}

func TestRefreshOnceErrors(t *testing.T) {
	_, err := RefreshOnce(context.Background(), &SDConfig{AccountConfig: AccountConfig{CAFile: "/none"}})
	require.ErrorContains(t, err, "`ca_file`")
}

// A receiver may write its configuration out as YAML and read it back.
func FuzzConfigSurvivesYAML(f *testing.F) {
	f.Add(account)
	f.Add("compute_pools: [POOL_A, B]\ndns_server: 10.0.0.1:53\nrefresh_interval: 5s\n")
	f.Add("host: a.b\nprivate_key_file: k.pem\nuser: u\npool_source: auto\n")
	f.Add(account + "shard: {index: 1, count: 2}\n")
	f.Add(account + "port: 8443\nca_file: ca.pem\ntoken_type: KEYPAIR_JWT\n")
	f.Add(account + "role: services\nservices: ['DB.S.LLM:8000/metrics']\nmax_targets: 7\ncompute_pools: [A]\n")
	f.Fuzz(func(t *testing.T, text string) {
		before, err := parse(text)
		if err != nil || before.RefreshInterval == 0 { // a text without a document is read as nothing
			t.Skip()
		}
		if before.Token != "" {
			t.Skip() // the receiver has its own marshaller for secrets
		}
		out, err := yaml.Marshal(&before)
		require.NoError(t, err)
		after, err := parse(string(out))
		require.NoError(t, err)
		if len(before.ComputePools) == 0 {
			before.ComputePools = nil
		}
		if len(before.Services) == 0 {
			before.Services = nil
		}
		require.Equal(t, before, after)
	})
}
