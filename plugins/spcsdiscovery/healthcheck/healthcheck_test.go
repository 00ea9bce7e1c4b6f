// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package healthcheck

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// serve returns the address of a collector that answers with the status.
func serve(t *testing.T, status int) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

func TestCheck(t *testing.T) {
	for name, test := range map[string]struct {
		address string
		want    string
	}{
		"a ready collector":      {serve(t, http.StatusOK), ""},
		"a collector not ready":  {serve(t, http.StatusServiceUnavailable), `it answered "HTTP/1.0 503`},
		"an unreachable address": {"127.0.0.1:1", "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			err := check(test.address)
			if test.want == "" && err != nil {
				t.Error(err)
			}
			if test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
