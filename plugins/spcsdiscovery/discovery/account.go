// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"strings"

	"github.com/prometheus/common/config"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

// NewAccount returns a client of the configured account; its idle connections are the caller's to close.
func (c *SDConfig) NewAccount() (*sqlapi.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	settings, err := c.tlsConfig()
	if err != nil {
		return nil, err
	}
	transport.TLSClientConfig = settings
	client := &sqlapi.Client{
		HTTP:      &http.Client{Transport: transport},
		BaseURL:   c.baseURL(),
		Token:     c.readToken,
		TokenType: c.TokenType,
		UserAgent: "spcsdiscovery/" + version(),
	}
	if c.PrivateKeyFile != "" {
		client.Token, client.TokenType = c.signToken, sqlapi.TokenKeyPairJWT
	}
	return client, nil
}

func (c *SDConfig) tlsConfig() (*tls.Config, error) {
	settings, err := config.NewTLSConfig(&config.TLSConfig{CAFile: c.CAFile})
	if err != nil {
		return nil, fmt.Errorf("`ca_file`: %w", err)
	}
	return settings, nil
}

func (c *SDConfig) readToken() (string, error) {
	if c.Token != "" {
		return string(c.Token), nil
	}
	raw, err := os.ReadFile(c.TokenFile)
	if err != nil {
		return "", &tokenError{fmt.Errorf("cannot read the token in `token_file`: %w", err)}
	}
	token := strings.TrimSpace(string(raw))
	if token == "" {
		return "", &tokenError{fmt.Errorf("the token file %s is empty", c.TokenFile)}
	}
	return token, nil
}

// tokenError is a token that could not be read.
type tokenError struct{ error }

func (e *tokenError) Unwrap() error { return e.error }

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
