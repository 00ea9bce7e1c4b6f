// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDebugPageAnswersOnlyToNamesOfLoopback(t *testing.T) {
	handler := onlyLoopbackNames(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:1": 200, "127.0.0.1:9099": 200, "127.5.6.7": 200, "[::1]:9099": 200, "[::1]": 200,
		"rebound.example:9099": 421, "localhost.example": 421, "10.0.0.1:9099": 421, "": 421, "127.0.0.1.example": 421,
	} {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Host = host
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		require.Equal(t, want, answer.Code, host)
	}
}
