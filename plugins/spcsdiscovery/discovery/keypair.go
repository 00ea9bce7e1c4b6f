// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// keyPairLifetime is how long a signed token is valid; each request has a new one.
const keyPairLifetime = 5 * time.Minute

// signToken returns a token that proves possession of the user's private key. It reads the key each time, so that a
// rotated key is used at once.
// Source: https://docs.snowflake.com/en/developer-guide/sql-api/authenticating
func signToken(keyFile, host, user string) (string, error) {
	key, err := readPrivateKey(keyFile)
	if err != nil {
		return "", err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return "", err
	}
	fingerprint := sha256.Sum256(public)
	subject := accountIdentifier(host) + "." + strings.ToUpper(user)
	now := time.Now()
	token, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{
		Issuer:    subject + ".SHA256:" + base64.StdEncoding.EncodeToString(fingerprint[:]),
		Subject:   subject,
		IssuedAt:  jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(now.Add(keyPairLifetime)),
	}).SignedString(key)
	if err != nil {
		return "", fmt.Errorf("cannot sign with the key in `private_key_file`: %w", err)
	}
	return token, nil
}

func readPrivateKey(file string) (*rsa.PrivateKey, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read `private_key_file`: %w", err)
	}
	if block, _ := pem.Decode(raw); block != nil && strings.Contains(block.Type, "ENCRYPTED") {
		return nil, fmt.Errorf(
			"`private_key_file` %s is encrypted: give an unencrypted PKCS#8 key, kept as a secret", file)
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM(raw)
	if err != nil {
		return nil, fmt.Errorf("`private_key_file` %s holds no RSA key in PEM: %w", file, err)
	}
	return key, nil
}

// accountIdentifier is the first label of the account's host: org-account, or the account's locator without region.
func accountIdentifier(host string) string {
	label, _, _ := strings.Cut(host, ".")
	return strings.ToUpper(label)
}
