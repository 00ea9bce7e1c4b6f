// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package discovery registers spcs_sd_configs, a Prometheus service discovery
// that finds the nodes of every compute pool of a Snowflake account.
package discovery

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	promdiscovery "github.com/prometheus/prometheus/discovery"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

// DefaultSDConfig holds the values of the keys that a configuration leaves out.
var DefaultSDConfig = SDConfig{
	AccountConfig: AccountConfig{
		Port:        443,
		Protocol:    "https",
		Credentials: Credentials{TokenType: sqlapi.TokenOAuth},
	},
	RefreshInterval:   model.Duration(60 * time.Second),
	StaleAfter:        model.Duration(10 * time.Minute),
	AccountStaleAfter: model.Duration(24 * time.Hour),
}

// Where the names of the pools come from.
const (
	// SourceList is the names in the configuration.
	SourceList = "list"
	// SourceShow is SHOW COMPUTE POOLS, which also shows each pool's state.
	SourceShow = "show"
	// SourceFunction is a system function without documentation, which lists exactly what the role may monitor.
	SourceFunction = "function"
	// SourceAuto is the function where the account has it, else SHOW.
	SourceAuto = "auto"
)

const minDuration = time.Second

func init() {
	promdiscovery.RegisterConfig(&SDConfig{})
}

// SDConfig configures the discovery. It survives being marshalled to YAML and read back, except for its observer.
type SDConfig struct {
	// Role is RoleNodes, the default, or RoleServices. A receiver has keys of its own for the latter.
	Role string `yaml:"role,omitempty" mapstructure:"-"`
	// ServicesConfig is for RoleServices.
	ServicesConfig `yaml:",inline" mapstructure:"-"`
	// AccountConfig is not needed with ComputePools, except for RoleServices.
	AccountConfig `yaml:",inline" mapstructure:",squash"`
	// ComputePools names the pools to watch, and for RoleNodes the account is then not asked for its list.
	ComputePools []string `yaml:"compute_pools,omitempty" mapstructure:"compute_pools"`
	// PoolSource is one of the Source constants: by default SourceList with ComputePools, else SourceShow.
	PoolSource string `yaml:"pool_source,omitempty" mapstructure:"pool_source"`
	// Shard says which of the pools are watched; empty, all of them.
	Shard ShardConfig `yaml:"shard,omitempty" mapstructure:"shard"`
	// DNSServer is the host:port of the DNS server to ask instead of the system's.
	DNSServer string `yaml:"dns_server,omitempty" mapstructure:"dns_server"`
	// RefreshInterval is the time between two refreshes, 60 s by default.
	RefreshInterval model.Duration `yaml:"refresh_interval,omitempty" mapstructure:"refresh_interval"`
	// StaleAfter is how long the nodes of a pool are kept while its lookups fail, 10 min by default.
	StaleAfter model.Duration `yaml:"stale_after" mapstructure:"stale_after"`
	// AccountStaleAfter is how long the pools are kept while the account is unavailable: 24 h by default, 0 for ever.
	AccountStaleAfter model.Duration `yaml:"account_stale_after" mapstructure:"account_stale_after"`

	observe func(Status)
}

// WithObserver returns a copy of the configuration whose discoverer calls observe after every refresh.
func (c *SDConfig) WithObserver(observe func(Status)) *SDConfig {
	observed := *c
	observed.observe = observe
	return &observed
}

// Name implements discovery.Config.
func (*SDConfig) Name() string { return "spcs" }

// NewDiscovererMetrics implements discovery.Config.
func (*SDConfig) NewDiscovererMetrics(
	_ prometheus.Registerer, rmi promdiscovery.RefreshMetricsInstantiator,
) promdiscovery.DiscovererMetrics {
	return &metrics{refresh: rmi}
}

// NewDiscoverer implements discovery.Config.
func (c *SDConfig) NewDiscoverer(opts promdiscovery.DiscovererOptions) (promdiscovery.Discoverer, error) {
	return newFinder(c, opts)
}

// runner is a discoverer that can also refresh once.
type runner interface {
	promdiscovery.Discoverer
	finder
}

// newFinder returns the discoverer of the configuration's role.
func newFinder(c *SDConfig, opts promdiscovery.DiscovererOptions) (runner, error) {
	if c.Role == RoleServices {
		return newServiceDiscoverer(c, opts)
	}
	return newDiscoverer(c, opts)
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
	if err := c.checkDurations(); err != nil {
		return err
	}
	if c.DNSServer != "" {
		if _, _, err := net.SplitHostPort(c.DNSServer); err != nil {
			return fmt.Errorf("`dns_server` is %s: write host:port, such as 10.0.0.2:53", shown.Address(c.DNSServer))
		}
	}
	if err := c.refusePassword(); err != nil {
		return err
	}
	if err := c.checkRole(); err != nil {
		return err
	}
	if err := c.checkPools(); err != nil {
		return err
	}
	if err := c.Shard.check(); err != nil {
		return err
	}
	if c.source() == SourceList {
		return nil
	}
	return c.checkAccount()
}

// checkDurations also finds numbers without a unit, which a collector's configuration reads as nanoseconds.
func (c *SDConfig) checkDurations() error {
	if every := time.Duration(c.RefreshInterval); every < minDuration {
		return fmt.Errorf("`refresh_interval` is %s: set at least %s and write the unit, such as 60s",
			every, minDuration)
	}
	for _, of := range []struct {
		key   string
		value model.Duration
	}{{"stale_after", c.StaleAfter}, {"account_stale_after", c.AccountStaleAfter}} {
		if after := time.Duration(of.value); after != 0 && after < minDuration {
			return fmt.Errorf("`%s` is %s: set 0s or at least %s and write the unit, such as 10m",
				of.key, after, minDuration)
		}
	}
	return nil
}

// CheckFiles returns an error when a file that must exist before the start cannot be used. The token's file may appear
// later. Check runs before relative names are completed, so it leaves files out.
func (c *SDConfig) CheckFiles() error {
	if c.source() == SourceList {
		return nil
	}
	return c.checkAccountFiles()
}

// source returns where the names of the pools come from.
func (c *SDConfig) source() string {
	switch {
	case c.Role == RoleServices:
		return SourceShow
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
	if listed := len(c.ComputePools) > 0; listed != (c.source() == SourceList) && c.Role != RoleServices {
		return fmt.Errorf(
			"`pool_source` is %q and `compute_pools` names %d pools: name pools for %q, or remove one of both keys",
			c.PoolSource, len(c.ComputePools), SourceList)
	}
	for _, pool := range c.ComputePools {
		if err := checkPoolName(pool); err != nil {
			return fmt.Errorf("`compute_pools`: %w", err)
		}
	}
	return nil
}
