// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"strings"

	"github.com/prometheus/common/config"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

func newAccount(c *SDConfig) (*sqlapi.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	tls, err := config.NewTLSConfig(&config.TLSConfig{CAFile: c.CAFile})
	if err != nil {
		return nil, fmt.Errorf("`ca_file`: %w", err)
	}
	transport.TLSClientConfig = tls
	return &sqlapi.Client{
		HTTP:      &http.Client{Transport: transport},
		BaseURL:   c.baseURL(),
		Token:     c.readToken,
		TokenType: c.TokenType,
		UserAgent: "spcsdiscovery/" + version(),
	}, nil
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
