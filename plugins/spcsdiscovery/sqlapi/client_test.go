// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package sqlapi

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func newClient(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &Client{
		HTTP:      server.Client(),
		BaseURL:   server.URL,
		Token:     func() (string, error) { return "secret", nil },
		TokenType: TokenOAuth,
		UserAgent: "spcsdiscovery/test",
	}
}

const twoPools = `{"code":"090001","statementHandle":"h1",
	"resultSetMetaData":{"numRows":2,"rowType":[{"name":"name"},{"name":"STATE"}],"partitionInfo":[{}]},
	"data":[["A","ACTIVE"],["B",null]]}`

const threePartitions = `{"code":"090001","statementHandle":"h1",
	"resultSetMetaData":{"numRows":3,"rowType":[{"name":"name"}],"partitionInfo":[{},{},{}]},
	"data":[["from 0"]]}`

func TestQueryReadsCellsByColumn(t *testing.T) {
	client := newClient(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, twoPools) })
	result, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.NoError(t, err)
	require.Equal(t, 2, result.Len())
	state, ok := result.Value(0, "state")
	require.True(t, ok)
	require.Equal(t, "ACTIVE", state)
	_, ok = result.Value(1, "state")
	require.False(t, ok, "NULL has no value")
	_, ok = result.Value(0, "no_such_column")
	require.False(t, ok)
}

func TestQuerySendsRequest(t *testing.T) {
	var request *http.Request
	var body map[string]any
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		request = r
		_ = json.NewDecoder(r.Body).Decode(&body)
		_, _ = io.WriteString(w, twoPools)
	})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_, err := client.Query(ctx, "SHOW COMPUTE POOLS")
	require.NoError(t, err)
	require.Equal(t, "/api/v2/statements", request.URL.Path)
	require.Len(t, request.URL.Query().Get("requestId"), 36)
	require.Equal(t, "Bearer secret", request.Header.Get("Authorization"))
	require.Equal(t, "OAUTH", request.Header.Get("X-Snowflake-Authorization-Token-Type"))
	require.Equal(t, "spcsdiscovery/test", request.Header.Get("User-Agent"))
	require.Equal(t, "SHOW COMPUTE POOLS", body["statement"])
	require.InDelta(t, 19, body["timeout"], 1, "the account stops an abandoned statement")
}

func TestQueryReadsTokenBeforeEveryRequest(t *testing.T) {
	var seen []string
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		_, _ = io.WriteString(w, twoPools)
	})
	count := 0
	client.Token = func() (string, error) { count++; return strconv.Itoa(count), nil }
	for range 2 {
		_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
		require.NoError(t, err)
	}
	require.Equal(t, []string{"Bearer 1", "Bearer 2"}, seen)
}

func TestQueryFollowsPartitions(t *testing.T) {
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if partition := r.URL.Query().Get("partition"); partition != "" {
			_, _ = io.WriteString(w, `{"data":[["from `+partition+`"]]}`)
			return
		}
		_, _ = io.WriteString(w, threePartitions)
	})
	result, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.NoError(t, err)
	require.Equal(t, 3, result.Len())
	last, _ := result.Value(2, "name")
	require.Equal(t, "from 2", last)
}

func TestQueryReturnsErrorOfLaterRequest(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
	}{
		"of a partition": {http.StatusOK, threePartitions},
		"of a poll":      {http.StatusAccepted, `{"statementHandle":"h1"}`},
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					w.WriteHeader(http.StatusForbidden)
					return
				}
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			})
			_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
			require.ErrorContains(t, err, "HTTP 403")
		})
	}
}

func TestResultFirst(t *testing.T) {
	result := &Result{rows: [][]cell{{{"a", true}}, {{}}, {}}}
	for row, want := range []string{"a", "", ""} {
		require.Equal(t, want, result.First(row))
	}
}

func TestQueryWaitsForSlowStatement(t *testing.T) {
	polls := 0
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			polls++
		}
		if polls < 2 {
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, `{"code":"333334","statementHandle":"h1"}`)
			return
		}
		_, _ = io.WriteString(w, twoPools)
	})
	result, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.NoError(t, err)
	require.Equal(t, 2, result.Len())
}

func TestQueryStopsWaitingWithItsContext(t *testing.T) {
	client := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"code":"333334","statementHandle":"h1"}`)
	})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := client.Query(ctx, "SHOW COMPUTE POOLS")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "h1")
}

func TestQueryCancelsAbandonedStatement(t *testing.T) {
	cancelled := make(chan string, 1)
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/cancel") {
			cancelled <- r.URL.Path
			return
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"code":"333334","statementHandle":"h1"}`)
	})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := client.Query(ctx, "SHOW COMPUTE POOLS")
	require.Error(t, err)
	require.Equal(t, "/api/v2/statements/h1/cancel", <-cancelled)
}

func TestQueryReadsCompressedAnswer(t *testing.T) {
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		require.Contains(t, r.Header.Get("Accept-Encoding"), "gzip")
		w.Header().Set("Content-Encoding", "gzip")
		zipped := gzip.NewWriter(w)
		_, _ = io.WriteString(zipped, twoPools)
		_ = zipped.Close()
	})
	result, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.NoError(t, err)
	require.Equal(t, 2, result.Len())
}

func TestQueryRefusesHugeAnswer(t *testing.T) {
	client := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		zipped := gzip.NewWriter(w)
		block := make([]byte, 1<<20)
		for range maxBody>>20 + 1 {
			_, _ = zipped.Write(block)
		}
		_ = zipped.Close()
	})
	_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.ErrorContains(t, err, "is larger than")
}

func TestQueryReturnsErrorOfToken(t *testing.T) {
	client := newClient(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent without a token") })
	missing := errors.New("no token")
	client.Token = func() (string, error) { return "", missing }
	_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.ErrorIs(t, err, missing)
}
