// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/prometheus/common/config"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

// AccountConfig holds the keys of the connection to the account.
type AccountConfig struct {
	// Host is the account's host name.
	Host string `yaml:"host,omitempty" mapstructure:"host"`
	// Port is the account's TCP port, 443 by default.
	Port int `yaml:"port,omitempty" mapstructure:"port"`
	// Protocol is https, or http for an account behind a local TLS proxy.
	Protocol string `yaml:"protocol,omitempty" mapstructure:"protocol"`

	Credentials `yaml:",inline" mapstructure:",squash"`
	// CAFile is a PEM file of authorities to trust instead of the system's.
	CAFile string `yaml:"ca_file,omitempty" mapstructure:"ca_file"`
}

// NewAccount returns a client of the configured account; the caller closes its idle connections.
func (a *AccountConfig) NewAccount() (*sqlapi.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	settings, err := a.tlsConfig()
	if err != nil {
		return nil, err
	}
	transport.TLSClientConfig = settings
	token, tokenType := a.tokenSource(a.Host)
	return &sqlapi.Client{
		HTTP:      &http.Client{Transport: transport},
		BaseURL:   a.baseURL(),
		Token:     token,
		TokenType: tokenType,
		UserAgent: "spcsdiscovery/" + version(),
	}, nil
}

// SetDirectory makes relative file names relative to dir.
func (a *AccountConfig) SetDirectory(dir string) {
	a.CAFile = config.JoinDir(dir, a.CAFile)
	a.TokenFile = config.JoinDir(dir, a.TokenFile)
	a.PrivateKeyFile = config.JoinDir(dir, a.PrivateKeyFile)
}

func (a *AccountConfig) checkAccount() error {
	if a.Host == "" {
		return errors.New("`host` is not set and SNOWFLAKE_HOST does not give it: " +
			"outside Snowpark Container Services set the account's host, or name pools in `compute_pools`")
	}
	if u, err := url.Parse("//" + a.Host); err != nil || u.Host != a.Host || u.Port() != "" {
		return fmt.Errorf("`host` is %s: give the host name alone, such as org-account.snowflakecomputing.com",
			shown.Address(a.Host))
	}
	if a.Port < 1 || a.Port > 65535 {
		return fmt.Errorf("`port` is %d: set a TCP port, usually 443", a.Port)
	}
	if a.Protocol != "https" && a.Protocol != "http" {
		return fmt.Errorf("`protocol` is %q: set https", a.Protocol)
	}
	return a.checkCredentials()
}

func (a *AccountConfig) checkAccountFiles() error {
	if _, err := a.tlsConfig(); err != nil {
		return err
	}
	return a.checkCredentialFiles()
}

func (a *AccountConfig) tlsConfig() (*tls.Config, error) {
	settings, err := config.NewTLSConfig(&config.TLSConfig{CAFile: a.CAFile})
	if err != nil {
		return nil, fmt.Errorf("`ca_file`: %w", err)
	}
	return settings, nil
}

func (a *AccountConfig) baseURL() string {
	return a.Protocol + "://" + net.JoinHostPort(a.Host, strconv.Itoa(a.Port))
}

// modulePath is the path of this module, as go.mod has it.
const modulePath = "github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery"

// version returns the version of this module inside the running program.
func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == modulePath {
			return strings.TrimPrefix(module.Version, "v")
		}
	}
	return "devel"
}
