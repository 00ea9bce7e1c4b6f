// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// The files as which Snowflake mounts a secret: of the type GENERIC_STRING the first, of PASSWORD the others.
const (
	tokenFile    = "secret_string"
	userFile     = "username"
	passwordFile = "password"
)

// authorize puts the credentials into a request. What it says of a failure shows nothing of them.
func (c *Config) authorize(request *http.Request) error {
	if c.CredentialsDirectory == "" {
		return nil
	}
	token, err := c.readCredential(tokenFile)
	if err == nil {
		if token == "" || !httpguts.ValidHeaderFieldValue(token) {
			return fmt.Errorf("%s in %s is empty or has more than one line: write a token into the secret",
				tokenFile, c.CredentialsDirectory)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	user, err := c.readCredential(userFile)
	if err != nil {
		return err
	}
	password, err := c.readCredential(passwordFile)
	if err != nil {
		return err
	}
	request.SetBasicAuth(user, password)
	return nil
}

func (c *Config) readCredential(file string) (string, error) {
	text, err := os.ReadFile(filepath.Join(c.CredentialsDirectory, file))
	if err != nil {
		return "", fmt.Errorf("the credentials of the store cannot be read: mount a secret in its place (%w)", err)
	}
	return strings.TrimSpace(string(text)), nil
}
