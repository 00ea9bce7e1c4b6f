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

func TestAKeySignsTokensForItsUserAndIsReadAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key.pem")
	c := SDConfig{Host: "org-account.snowflakecomputing.com", PrivateKeyFile: file, User: "metrics_reader"}
	for range 2 { // the second round is a rotated key
		key := writeKey(t, file, "PRIVATE KEY")
		client, err := c.NewAccount()
		require.NoError(t, err)
		require.Equal(t, sqlapi.TokenKeyPairJWT, client.TokenType)
		signed, err := client.Token()
		require.NoError(t, err)
		var claims jwt.RegisteredClaims
		_, err = jwt.ParseWithClaims(signed, &claims, func(*jwt.Token) (any, error) { return key.Public(), nil })
		require.NoError(t, err)
		public, err := x509.MarshalPKIXPublicKey(key.Public())
		require.NoError(t, err)
		fingerprint := sha256.Sum256(public)
		require.Equal(t, "ORG-ACCOUNT.METRICS_READER", claims.Subject)
		require.Equal(t, "ORG-ACCOUNT.METRICS_READER.SHA256:"+base64.StdEncoding.EncodeToString(fingerprint[:]), claims.Issuer)
		require.LessOrEqual(t, claims.ExpiresAt.Sub(claims.IssuedAt.Time), time.Hour, "the account takes no longer ones")
	}
}

func TestAKeyThatCannotBeUsedIsNamed(t *testing.T) {
	folder := t.TempDir()
	encrypted, garbage := filepath.Join(folder, "encrypted.pem"), filepath.Join(folder, "garbage.pem")
	writeKey(t, encrypted, "ENCRYPTED PRIVATE KEY")
	require.NoError(t, os.WriteFile(garbage, []byte("hunter2"), 0o600))
	for file, want := range map[string]string{
		encrypted: "is encrypted", garbage: "holds no RSA key", filepath.Join(folder, "none"): "cannot read `private_key_file`",
	} {
		c := SDConfig{Host: "a.b", PrivateKeyFile: file, User: "u"}
		require.ErrorContains(t, c.CheckFiles(), want)
		require.NotContains(t, c.CheckFiles().Error(), "hunter2")
		_, err := c.signToken()
		require.ErrorContains(t, err, want)
		require.Equal(t, "sql_token", accountProblem(err).reason)
	}
}

func TestAnAuthorityThatCannotBeReadIsNamed(t *testing.T) {
	c := SDConfig{Host: "a.b", TokenFile: "t", CAFile: filepath.Join(t.TempDir(), "none.pem")}
	require.ErrorContains(t, c.CheckFiles(), "`ca_file`")
}
