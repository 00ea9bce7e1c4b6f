// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package command

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRunExitCodes(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte("hunter2"), 0o600))
	host, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	t.Setenv("SNOWFLAKE_PROTOCOL", "http")
	asked := []string{"--host", host, "--port", port, "--token-file", token}
	for name, test := range map[string]struct {
		arguments []string
		code      int
		want      string
	}{
		"help":                    {[]string{"--help"}, healthyExit, "-token-file"},
		"an unknown flag":         {[]string{"--hots"}, usageExit, "hots"},
		"no host":                 {nil, usageExit, "`host` is not set"},
		"an account that refuses": {asked, unhealthyExit, "HTTP 404"},
		"a service's short name": {
			append([]string{"--applications", "--services", "LLM"}, asked...), usageExit, "not the full name of a service",
		},
		"the same in JSON": {append([]string{"--json"}, asked...), unhealthyExit, `"problems": [`},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errOut bytes.Buffer
			require.Equal(t, test.code, run(context.Background(), test.arguments, &out, &errOut))
			require.Contains(t, out.String()+errOut.String(), test.want)
			require.NotContains(t, out.String()+errOut.String(), "hunter2")
		})
	}
}

func TestSplitNamesOfPools(t *testing.T) {
	require.Equal(t, []string{"A", "B"}, split("A, B,"))
	require.Empty(t, split(""))
}
