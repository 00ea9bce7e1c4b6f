// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func serve(t *testing.T, status int) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func TestAReadyCollectorIsHealthy(t *testing.T) {
	if err := check(serve(t, http.StatusOK)); err != nil {
		t.Error(err)
	}
}

func TestACollectorThatIsNotReadyIsNamedWithItsStatus(t *testing.T) {
	err := check(serve(t, http.StatusServiceUnavailable))
	if err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("got %v", err)
	}
}

func TestAMissingCollectorIsAnError(t *testing.T) {
	if check("127.0.0.1:1") == nil {
		t.Error("nothing listens there")
	}
}
