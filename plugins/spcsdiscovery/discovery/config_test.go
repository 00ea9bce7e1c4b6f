// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
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

func TestDefaultsFillWhatIsLeftOut(t *testing.T) {
	c, err := parse(account)
	require.NoError(t, err)
	require.Equal(t, 443, c.Port)
	require.Equal(t, "https", c.Protocol)
	require.Equal(t, "OAUTH", c.TokenType)
	require.Equal(t, model.Duration(time.Minute), c.RefreshInterval)
	require.Equal(t, "https://org-account.snowflakecomputing.com:443", c.baseURL())
}

func TestNamedPoolsNeedNoAccount(t *testing.T) {
	c, err := parse("compute_pools: [POOL_A, pool-b]\n")
	require.NoError(t, err)
	require.Equal(t, []string{"POOL_A", "pool-b"}, c.ComputePools)
}

func TestBadConfigurationsNameTheKey(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"nothing at all":      {"{}", "`host` is not set"},
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
		"a list sans pools":   {account + "pool_source: list\n", "`pool_source` is \"list\" and `compute_pools` names 0 pools"},
		"pools and a source":  {account + "pool_source: show\ncompute_pools: [A]\n", "`pool_source` is \"show\" and `compute_pools` names 1 pools"},
		"a token type":        {account + "token_type: MAGIC\n", "`token_type` is \"MAGIC\""},
		"a short refresh":     {account + "refresh_interval: 1ms\n", "`refresh_interval` is 1ms"},
		"a negative refresh":  {account + "refresh_interval: -1m\n", "-1m"},
		"a pool for no DNS":   {"compute_pools: ['my pool']\n", "`compute_pools`: pool name \"my pool\""},
		"an empty pool":       {"compute_pools: ['']\n", "`compute_pools`: pool name \"\""},
		"a server sans port":  {"compute_pools: [A]\ndns_server: 10.0.0.1\n", "`dns_server` is \"10.0.0.1\""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(test.text)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestRelativeFilesAreRelativeToTheConfiguration(t *testing.T) {
	c, err := parse("host: a.b\ntoken_file: token\nca_file: /etc/ca.pem\n")
	require.NoError(t, err)
	c.SetDirectory("/etc/otelcol")
	require.Equal(t, "/etc/otelcol/token", c.TokenFile)
	require.Equal(t, "/etc/ca.pem", c.CAFile)
}

// The Prometheus receiver writes every configuration out as YAML and reads it back.
func FuzzConfigSurvivesYAML(f *testing.F) {
	f.Add(account)
	f.Add("compute_pools: [POOL_A, B]\ndns_server: 10.0.0.1:53\nrefresh_interval: 5s\n")
	f.Add("host: a.b\nprivate_key_file: k.pem\nuser: u\npool_source: auto\n")
	f.Add(account + "port: 8443\nca_file: ca.pem\ntoken_type: KEYPAIR_JWT\n")
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
		require.Equal(t, before, after)
	})
}
