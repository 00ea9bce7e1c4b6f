// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package discovery registers spcs_sd_configs, a Prometheus service discovery
// that finds the nodes of every compute pool of a Snowflake account.
package discovery

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	promdiscovery "github.com/prometheus/prometheus/discovery"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

// DefaultSDConfig holds the values of the keys that a configuration leaves out.
var DefaultSDConfig = SDConfig{
	Port:            443,
	Protocol:        "https",
	TokenType:       sqlapi.TokenOAuth,
	RefreshInterval: model.Duration(60 * time.Second),

	StaleAfter:        model.Duration(10 * time.Minute),
	AccountStaleAfter: model.Duration(24 * time.Hour),
}

// Where the names of the pools come from.
const (
	// SourceList is the names in the configuration.
	SourceList = "list"
	// SourceShow is SHOW COMPUTE POOLS, which also tells each pool's state.
	SourceShow = "show"
	// SourceFunction is a system function without documentation, which lists exactly what the role may monitor.
	SourceFunction = "function"
	// SourceAuto is the function where the account has it, else SHOW.
	SourceAuto = "auto"
)

const minRefreshInterval = time.Second

func init() {
	promdiscovery.RegisterConfig(&SDConfig{})
}

// SDConfig configures the discovery. It survives being marshalled to YAML and read back,
// which the Prometheus receiver does with every configuration.
type SDConfig struct {
	// Host is the account's host name. Not needed with ComputePools.
	Host string `yaml:"host,omitempty" mapstructure:"host"`
	// Port is the account's TCP port, 443 by default.
	Port int `yaml:"port,omitempty" mapstructure:"port"`
	// Protocol is https, or http for an account behind a local TLS proxy.
	Protocol string `yaml:"protocol,omitempty" mapstructure:"protocol"`
	// TokenFile holds the token; it is read again before every request.
	TokenFile string `yaml:"token_file,omitempty" mapstructure:"token_file"`
	// Token is the token itself.
	Token config.Secret `yaml:"token,omitempty" mapstructure:"-"`
	// TokenType is OAUTH (also for the session token of a service), PROGRAMMATIC_ACCESS_TOKEN or KEYPAIR_JWT.
	TokenType string `yaml:"token_type,omitempty" mapstructure:"token_type"`
	// PrivateKeyFile holds an RSA key in PEM, and User is whose it is; a token is signed with it for every request.
	PrivateKeyFile string `yaml:"private_key_file,omitempty" mapstructure:"private_key_file"`
	User           string `yaml:"user,omitempty" mapstructure:"user"`
	// Password is refused with an explanation: other Snowflake clients have such a key.
	Password config.Secret `yaml:"password,omitempty" mapstructure:"-"`
	// CAFile is a PEM file of authorities to trust instead of the system's.
	CAFile string `yaml:"ca_file,omitempty" mapstructure:"ca_file"`
	// ComputePools names the pools to watch; the account is then not asked for its list.
	ComputePools []string `yaml:"compute_pools,omitempty" mapstructure:"compute_pools"`
	// PoolSource is one of the Source constants: by default SourceList with ComputePools, else SourceShow.
	PoolSource string `yaml:"pool_source,omitempty" mapstructure:"pool_source"`
	// DNSServer is the host:port of the DNS server to ask instead of the system's.
	DNSServer string `yaml:"dns_server,omitempty" mapstructure:"dns_server"`
	// RefreshInterval is the time between two looks at the account, 60 s by default.
	RefreshInterval model.Duration `yaml:"refresh_interval,omitempty" mapstructure:"refresh_interval"`
	// StaleAfter is how long the nodes of a pool are kept while its lookups fail, 10 min by default.
	StaleAfter model.Duration `yaml:"stale_after" mapstructure:"stale_after"`
	// AccountStaleAfter is how long the pools are kept while the account cannot be asked, 24 h by default; 0 is for ever.
	AccountStaleAfter model.Duration `yaml:"account_stale_after" mapstructure:"account_stale_after"`
}

// Name implements discovery.Config.
func (*SDConfig) Name() string { return "spcs" }

// NewDiscovererMetrics implements discovery.Config.
func (*SDConfig) NewDiscovererMetrics(_ prometheus.Registerer, rmi promdiscovery.RefreshMetricsInstantiator) promdiscovery.DiscovererMetrics {
	return &metrics{refresh: rmi}
}

// NewDiscoverer implements discovery.Config.
func (c *SDConfig) NewDiscoverer(opts promdiscovery.DiscovererOptions) (promdiscovery.Discoverer, error) {
	return newDiscoverer(c, opts)
}

// SetDirectory makes relative file names relative to dir.
func (c *SDConfig) SetDirectory(dir string) {
	c.TokenFile = config.JoinDir(dir, c.TokenFile)
	c.CAFile = config.JoinDir(dir, c.CAFile)
	c.PrivateKeyFile = config.JoinDir(dir, c.PrivateKeyFile)
}

// UnmarshalYAML implements yaml.Unmarshaler: it fills in the defaults and validates.
func (c *SDConfig) UnmarshalYAML(unmarshal func(any) error) error {
	*c = DefaultSDConfig
	type plain SDConfig
	if err := unmarshal((*plain)(c)); err != nil {
		return err
	}
	if err := c.Check(); err != nil {
		return fmt.Errorf("spcs_sd: %w", err)
	}
	return nil
}

// Check returns an error that names the first key in the way.
func (c *SDConfig) Check() error {
	if time.Duration(c.RefreshInterval) < minRefreshInterval {
		return fmt.Errorf("`refresh_interval` is %s: set at least %s", c.RefreshInterval, minRefreshInterval)
	}
	if c.DNSServer != "" {
		if _, _, err := net.SplitHostPort(c.DNSServer); err != nil {
			return fmt.Errorf("`dns_server` is %q: write host:port, such as 10.0.0.2:53", c.DNSServer)
		}
	}
	if c.Password != "" {
		return errors.New("`password` cannot be used, alone or with `token` or `token_file`: the SQL API takes tokens only, so put a programmatic access token into `token_file`")
	}
	if err := c.checkPools(); err != nil {
		return err
	}
	if c.source() == SourceList {
		return nil
	}
	return c.checkAccount()
}

// source returns where the names of the pools come from.
func (c *SDConfig) source() string {
	switch {
	case c.PoolSource != "":
		return c.PoolSource
	case len(c.ComputePools) > 0:
		return SourceList
	default:
		return SourceShow
	}
}

func (c *SDConfig) checkPools() error {
	sources := []string{SourceShow, SourceFunction, SourceAuto, SourceList}
	if !slices.Contains(sources, c.source()) {
		return fmt.Errorf("`pool_source` is %q: set one of %s", c.PoolSource, strings.Join(sources, ", "))
	}
	if listed := len(c.ComputePools) > 0; listed != (c.source() == SourceList) {
		return fmt.Errorf("`pool_source` is %q and `compute_pools` names %d pools: name pools for %q, or remove one of both keys", c.PoolSource, len(c.ComputePools), SourceList)
	}
	for _, pool := range c.ComputePools {
		if err := checkPoolName(pool); err != nil {
			return fmt.Errorf("`compute_pools`: %w", err)
		}
	}
	return nil
}

func (c *SDConfig) checkAccount() error {
	if c.Host == "" {
		return errors.New("`host` is not set and SNOWFLAKE_HOST does not give it: outside Snowpark Container Services set the account's host, or name pools in `compute_pools`")
	}
	if u, err := url.Parse("//" + c.Host); err != nil || u.Host != c.Host || u.Port() != "" {
		return fmt.Errorf("`host` is %q: give the host name alone, such as org-account.snowflakecomputing.com", c.Host)
	}
	if c.Port < 1 || c.Port > 65535 {
		return fmt.Errorf("`port` is %d: set a TCP port, usually 443", c.Port)
	}
	if c.Protocol != "https" && c.Protocol != "http" {
		return fmt.Errorf("`protocol` is %q: set https", c.Protocol)
	}
	return c.checkToken()
}

// CheckFiles returns an error when a file that must exist before the start cannot be used. The token's file is none of
// them: it may appear later. It is no part of Check, which runs before relative names are completed.
func (c *SDConfig) CheckFiles() error {
	if c.source() == SourceList {
		return nil
	}
	if _, err := c.tlsConfig(); err != nil {
		return err
	}
	if c.PrivateKeyFile != "" {
		_, err := readPrivateKey(c.PrivateKeyFile)
		return err
	}
	return nil
}

// checkToken wants exactly one way to prove who asks.
func (c *SDConfig) checkToken() error {
	var ways []string
	for _, way := range []struct{ key, value string }{
		{"`token`", string(c.Token)}, {"`token_file`", c.TokenFile}, {"`private_key_file`", c.PrivateKeyFile},
	} {
		if way.value != "" {
			ways = append(ways, way.key)
		}
	}
	switch {
	case len(ways) > 1:
		return fmt.Errorf("%s are set: keep one of them", strings.Join(ways, " and "))
	case len(ways) == 0:
		return errors.New("`token_file` is not set: name the file that holds the account's token, or set `private_key_file` and `user`")
	case (c.PrivateKeyFile == "") != (c.User == ""):
		return errors.New("`user` and `private_key_file` belong together: set both or none of them")
	}
	types := []string{sqlapi.TokenOAuth, sqlapi.TokenProgrammatic, sqlapi.TokenKeyPairJWT}
	if !slices.Contains(types, c.TokenType) {
		return fmt.Errorf("`token_type` is %q: set one of %s", c.TokenType, strings.Join(types, ", "))
	}
	return nil
}

func (c *SDConfig) baseURL() string {
	return c.Protocol + "://" + net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
}
