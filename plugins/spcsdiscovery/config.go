// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	commonconfig "github.com/prometheus/common/config"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/confmap"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
)

// Config configures the receiver. Empty, it is right inside a service.
type Config struct {
	// SDConfig holds the keys of spcs_sd_configs: account, token, pools, DNS.
	discovery.SDConfig `mapstructure:",squash"`

	// Token is the account's token itself, where no file holds it.
	Token configopaque.String `mapstructure:"token"`
	// Password is refused with an explanation.
	Password configopaque.String `mapstructure:"password"`

	// ScrapeInterval is the time between two scrapes of a node, 30 s by default.
	ScrapeInterval time.Duration `mapstructure:"scrape_interval"`
	// ScrapeTimeout bounds one scrape, 10 s by default or the interval if that is shorter.
	ScrapeTimeout time.Duration `mapstructure:"scrape_timeout"`

	// RelabelConfigs are rules for targets, as in a scrape configuration of Prometheus.
	RelabelConfigs []map[string]any `mapstructure:"relabel_configs"`
	// MetricRelabelConfigs are rules for the series that nodes publish, as in a scrape configuration of Prometheus.
	MetricRelabelConfigs []map[string]any `mapstructure:"metric_relabel_configs"`

	// Applications is about services that publish metrics of their own.
	Applications ApplicationsConfig `mapstructure:"applications"`

	// AccountName is the label snow_account_name of every series: SNOWFLAKE_ACCOUNT inside a service, else what the host
	// says. Names of pools, nodes and services are unique within an account alone.
	AccountName string `mapstructure:"account_name"`
	// SelfEndpoint is the host:port where the collector shows its own metrics, which are then scraped too.
	SelfEndpoint string `mapstructure:"self_endpoint"`
	// SelfInstance is the label `instance` of those: the service's name inside a service, else SelfEndpoint. Equal ones
	// of several services would be taken for one where all their metrics are read together.
	SelfInstance string `mapstructure:"self_instance"`
	// DebugEndpoint is a host:port on loopback for a page that shows pools and nodes; empty, the page is off.
	DebugEndpoint string `mapstructure:"debug_endpoint"`

	// unread says why the configuration could not be read. Validate returns it, because the collector writes what
	// Validate returns in one line, and what Unmarshal returns in several.
	unread error
}

// A number without a unit is read as nanoseconds, which the scrape library rounds to 0.
const (
	minScrapeInterval = time.Second
	minScrapeTimeout  = time.Millisecond
)

var _ confmap.Unmarshaler = (*Config)(nil)

// oneSentence makes the decoder's list of errors one line.
var oneSentence = strings.NewReplacer(
	"decoding failed due to the following error(s):\n\n", "",
	"'spcsdiscovery.Config' has invalid keys: ", "unknown keys: ",
	"yaml: unmarshal errors:\n  ", "",
	"\n", "; ",
)

// createDefaultConfig takes account and service from the environment that Snowpark Container Services gives every
// container.
func createDefaultConfig() component.Config {
	return &Config{
		SDConfig:       discovery.FromEnvironment(),
		ScrapeInterval: 30 * time.Second,
		Applications:   ApplicationsConfig{MaxTargets: discovery.DefaultMaxTargets},
		AccountName:    os.Getenv("SNOWFLAKE_ACCOUNT"),
		SelfInstance:   os.Getenv("SNOWFLAKE_SERVICE_NAME"),
	}
}

// Unmarshal implements confmap.Unmarshaler. A token file is assumed only where no other token is given, and an empty
// value means that the key is not set, so that the shipped configuration can pass environment variables on.
func (c *Config) Unmarshal(conf *confmap.Conf) error {
	if c.unread = checkPoolNames(conf); c.unread != nil {
		return nil
	}
	dropEmptyShardKeys(conf)
	if err := conf.Unmarshal(c); err != nil {
		c.unread = errors.New(oneSentence.Replace(err.Error()))
		return nil
	}
	c.SDConfig.Token = commonconfig.Secret(c.Token)
	c.SDConfig.Password = commonconfig.Secret(c.Password)
	c.UseSessionToken()
	return nil
}

// Validate returns an error that names the first key in the way.
func (c *Config) Validate() error {
	if c.unread != nil {
		return c.unread
	}
	if c.ScrapeInterval < minScrapeInterval {
		return fmt.Errorf("`scrape_interval` is %s: set at least %s and write the unit, such as 30s",
			c.ScrapeInterval, minScrapeInterval)
	}
	if c.ScrapeTimeout != 0 && c.ScrapeTimeout < minScrapeTimeout || c.ScrapeTimeout > c.ScrapeInterval {
		return fmt.Errorf(
			"`scrape_timeout` is %s: set at least %s and at most the `scrape_interval` of %s, and write the unit",
			c.ScrapeTimeout, minScrapeTimeout, c.ScrapeInterval)
	}
	if err := c.checkDebugEndpoint(); err != nil {
		return err
	}
	if c.SelfEndpoint != "" {
		if _, _, err := net.SplitHostPort(c.SelfEndpoint); err != nil {
			return fmt.Errorf("`self_endpoint` is %s: write host:port, such as localhost:8888",
				shown.Address(c.SelfEndpoint))
		}
	}
	if _, err := newScrapeConfigs(componentType.String(), c, nil); err != nil {
		return err
	}
	if err := c.Check(); err != nil {
		return err
	}
	if err := c.CheckFiles(); err != nil {
		return err
	}
	return c.checkApplications()
}

// checkDebugEndpoint keeps the page, which needs no login, where only the same machine or service reaches it.
func (c *Config) checkDebugEndpoint() error {
	if c.DebugEndpoint == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(c.DebugEndpoint)
	if err != nil {
		return fmt.Errorf("`debug_endpoint` is %s: write host:port, such as localhost:9099",
			shown.Address(c.DebugEndpoint))
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return fmt.Errorf(
			"`debug_endpoint` is %s: its page needs no login, so it listens on localhost only",
			shown.Address(c.DebugEndpoint),
		)
	}
	return nil
}
