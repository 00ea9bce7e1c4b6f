// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

func writeKey(t *testing.T, file, kind string) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}), 0o600))
	return key
}

// newAccount returns the configuration of an account with these credentials.
func newAccount(host string, credentials Credentials) SDConfig {
	return SDConfig{AccountConfig: AccountConfig{Host: host, Credentials: credentials}}
}

func TestCredentialsSignTokens(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key.pem")
	c := newAccount("org-account.snowflakecomputing.com", Credentials{PrivateKeyFile: file, User: "metrics_reader"})
	for _, round := range []string{"the first key", "a rotated key"} {
		t.Run(round, func(t *testing.T) {
			key := writeKey(t, file, "PRIVATE KEY")
			client, err := c.NewAccount()
			require.NoError(t, err)
			require.Equal(t, sqlapi.TokenKeyPairJWT, client.TokenType)
			signed, err := client.Token()
			require.NoError(t, err)
			var claims jwt.RegisteredClaims
			keyOf := func(*jwt.Token) (any, error) { return key.Public(), nil }
			_, err = jwt.ParseWithClaims(signed, &claims, keyOf)
			require.NoError(t, err)
			public, err := x509.MarshalPKIXPublicKey(key.Public())
			require.NoError(t, err)
			fingerprint := sha256.Sum256(public)
			subject := "ORG-ACCOUNT.METRICS_READER"
			require.Equal(t, subject, claims.Subject)
			require.Equal(t, subject+".SHA256:"+base64.StdEncoding.EncodeToString(fingerprint[:]), claims.Issuer)
			validity := claims.ExpiresAt.Sub(claims.IssuedAt.Time)
			require.LessOrEqual(t, validity, time.Hour, "the account refuses longer ones")
		})
	}
}

func TestCredentialsNameUnusableKey(t *testing.T) {
	folder := t.TempDir()
	encrypted, garbage := filepath.Join(folder, "encrypted.pem"), filepath.Join(folder, "garbage.pem")
	writeKey(t, encrypted, "ENCRYPTED PRIVATE KEY")
	require.NoError(t, os.WriteFile(garbage, []byte("hunter2"), 0o600))
	for name, test := range map[string]struct{ file, want string }{
		"encrypted": {encrypted, "is encrypted"},
		"garbage":   {garbage, "holds no RSA key"},
		"missing":   {filepath.Join(folder, "none"), "cannot read `private_key_file`"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newAccount("a.b", Credentials{PrivateKeyFile: test.file, User: "u"})
			require.ErrorContains(t, c.CheckFiles(), test.want)
			require.NotContains(t, c.CheckFiles().Error(), "hunter2")
			client, err := c.NewAccount()
			require.NoError(t, err)
			_, err = client.Token()
			require.ErrorContains(t, err, test.want)
			require.Equal(t, "sql_token", newAccountFailure(err).reason)
		})
	}
}

func TestCredentialsTakeTokenOfConfiguration(t *testing.T) {
	c := newAccount("a.b", Credentials{Token: "hunter2", TokenType: sqlapi.TokenProgrammatic})
	client, err := c.NewAccount()
	require.NoError(t, err)
	token, err := client.Token()
	require.NoError(t, err)
	require.Equal(t, "hunter2", token)
	require.Equal(t, sqlapi.TokenProgrammatic, client.TokenType)
}

func TestCredentialsUseSessionToken(t *testing.T) {
	for name, test := range map[string]struct {
		credentials Credentials
		want        string
	}{
		"alone":         {Credentials{}, SessionTokenFile},
		"with a file":   {Credentials{TokenFile: "t"}, "t"},
		"with a token":  {Credentials{Token: "x"}, ""},
		"with key file": {Credentials{PrivateKeyFile: "k"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			test.credentials.UseSessionToken()
			require.Equal(t, test.want, test.credentials.TokenFile)
		})
	}
}

func TestAccountNamesUnreadableAuthority(t *testing.T) {
	c := newAccount("a.b", Credentials{TokenFile: "t"})
	c.CAFile = filepath.Join(t.TempDir(), "none.pem")
	require.ErrorContains(t, c.CheckFiles(), "`ca_file`")
	_, err := c.NewAccount()
	require.ErrorContains(t, err, "`ca_file`")
}
