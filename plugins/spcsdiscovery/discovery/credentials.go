// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/prometheus/common/config"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

// Credentials holds the keys that authenticate requests to the account.
type Credentials struct {
	// TokenFile holds the token; it is read again before every request.
	TokenFile string `yaml:"token_file,omitempty" mapstructure:"token_file"`
	// Token is the token itself.
	Token config.Secret `yaml:"token,omitempty" mapstructure:"-"`
	// TokenType is OAUTH (also for the session token of a service), PROGRAMMATIC_ACCESS_TOKEN or KEYPAIR_JWT.
	TokenType string `yaml:"token_type,omitempty" mapstructure:"token_type"`
	// PrivateKeyFile holds the RSA key of User in PEM; a token is signed with it for every request.
	PrivateKeyFile string `yaml:"private_key_file,omitempty" mapstructure:"private_key_file"`
	User           string `yaml:"user,omitempty" mapstructure:"user"`
	// Password is refused with an explanation: other Snowflake clients have such a key.
	Password config.Secret `yaml:"password,omitempty" mapstructure:"-"`
}

// UseSessionToken sets the service's token file where no other key authenticates.
func (c *Credentials) UseSessionToken() {
	if c.Token == "" && c.TokenFile == "" && c.PrivateKeyFile == "" {
		c.TokenFile = SessionTokenFile
	}
}

// tokenSource returns a function that makes the token of each request to the host, and the type of those tokens.
func (c *Credentials) tokenSource(host string) (token func() (string, error), tokenType string) {
	if c.PrivateKeyFile == "" {
		return c.readToken, c.TokenType
	}
	return func() (string, error) {
		signed, err := signToken(c.PrivateKeyFile, host, c.User)
		if err != nil {
			return "", &tokenError{err}
		}
		return signed, nil
	}, sqlapi.TokenKeyPairJWT
}

func (c *Credentials) readToken() (string, error) {
	if c.Token != "" {
		return string(c.Token), checkToken("`token`", string(c.Token))
	}
	raw, err := os.ReadFile(c.TokenFile)
	if err != nil {
		return "", &tokenError{fmt.Errorf("cannot read the token in `token_file`: %w", err)}
	}
	token := strings.TrimSpace(string(raw))
	if token == "" {
		return "", &tokenError{fmt.Errorf("the token file %s is empty", c.TokenFile)}
	}
	return token, checkToken("the token file "+c.TokenFile, token)
}

// checkToken refuses what cannot be sent in a header; what it says shows nothing of the token.
func checkToken(where, token string) error {
	at := strings.IndexFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
	if at < 0 {
		return nil
	}
	return &tokenError{fmt.Errorf("%s has a byte that a token cannot have at position %d (hexadecimal %02x): "+
		"write the token alone into it, as one line", where, at+1, token[at])}
}

// checkCredentials wants exactly one way to authenticate.
func (c *Credentials) checkCredentials() error {
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
		return errors.New("`token_file` is not set: " +
			"name the file that holds the account's token, or set `private_key_file` and `user`")
	case (c.PrivateKeyFile == "") != (c.User == ""):
		return errors.New("`user` and `private_key_file` belong together: set both or none of them")
	}
	types := []string{sqlapi.TokenOAuth, sqlapi.TokenProgrammatic, sqlapi.TokenKeyPairJWT}
	if !slices.Contains(types, c.TokenType) {
		return fmt.Errorf("`token_type` is %q: set one of %s", c.TokenType, strings.Join(types, ", "))
	}
	return nil
}

func (c *Credentials) refusePassword() error {
	if c.Password == "" {
		return nil
	}
	return errors.New("`password` cannot be used, alone or with `token` or `token_file`: " +
		"the SQL API takes tokens only, so put a programmatic access token into `token_file`")
}

// checkCredentialFiles leaves the token's file out: it may appear after the start.
func (c *Credentials) checkCredentialFiles() error {
	if c.PrivateKeyFile == "" {
		return nil
	}
	_, err := readPrivateKey(c.PrivateKeyFile)
	return err
}

// tokenError is a token that could not be made.
type tokenError struct{ error }

func (e *tokenError) Unwrap() error { return e.error }
