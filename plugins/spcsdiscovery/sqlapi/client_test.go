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
	"resultSetMetaData":{"rowType":[{"name":"name"},{"name":"STATE"}],"partitionInfo":[{}]},
	"data":[["A","ACTIVE"],["B",null]]}`

func TestQueryReturnsCellsByColumnNameInAnyCase(t *testing.T) {
	client := newClient(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, twoPools) })
	result, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.NoError(t, err)
	require.Equal(t, 2, result.Len())
	state, ok := result.Value(0, "state")
	require.True(t, ok)
	require.Equal(t, "ACTIVE", state)
	_, ok = result.Value(1, "state")
	require.False(t, ok, "NULL is no value")
	_, ok = result.Value(0, "no_such_column")
	require.False(t, ok)
}

func TestQuerySendsWhatTheAPIAsksFor(t *testing.T) {
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
	require.InDelta(t, 19, body["timeout"], 1, "the account stops the statement when nobody waits any more")
}

func TestQueryAsksForTheTokenBeforeEveryRequest(t *testing.T) {
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
		_, _ = io.WriteString(w, `{"statementHandle":"h1","resultSetMetaData":{"rowType":[{"name":"name"}],"partitionInfo":[{},{},{}]},"data":[["from 0"]]}`)
	})
	result, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.NoError(t, err)
	require.Equal(t, 3, result.Len())
	last, _ := result.Value(2, "name")
	require.Equal(t, "from 2", last)
}

func TestQueryWaitsForAStatementThatTakesLong(t *testing.T) {
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

func TestQueryStopsWaitingWhenItsContextEnds(t *testing.T) {
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

func TestQuerySaysWhatWasRefusedAndWhatToDo(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"a wrong token":           {401, `{"code":"390303","message":"Invalid OAuth access token."}`, `(HTTP 401, code 390303: Invalid OAuth access token.): check that the token`},
		"a network policy":        {403, ``, `(HTTP 403): check the account's network policy`},
		"a wrong host":            {404, `<html>not here</html>`, `check that ` + "`host`"},
		"a statement too long":    {408, `{"code":"000630","message":"timeout"}`, `took too long`},
		"a missing privilege":     {422, `{"code":"003001","sqlState":"42501","message":"Insufficient privileges"}`, `Insufficient privileges): check the privileges`},
		"too many requests":       {429, `{"code":"390505"}`, `limits the rate`},
		"a fault of the service":  {503, `upstream connect error`, `has a fault`},
		"a refusal never planned": {418, ``, `report this`},
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			})
			ctx, cancel := context.WithTimeout(context.Background(), firstPause/4) // too short to try again
			defer cancel()
			_, err := client.Query(ctx, "SHOW COMPUTE POOLS")
			var refusal *Error
			require.ErrorAs(t, err, &refusal)
			require.Equal(t, test.status, refusal.Status)
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

// failing answers the given statuses in turn, then rows, and notes the requests.
func failing(requests *[]*http.Request, statuses ...int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		*requests = append(*requests, r)
		if n := len(*requests); n <= len(statuses) {
			w.WriteHeader(statuses[n-1])
			return
		}
		_, _ = io.WriteString(w, twoPools)
	}
}

func TestQueryRepeatsWhatFailsInPassing(t *testing.T) {
	for name, statuses := range map[string][]int{
		"too many requests": {429}, "faults of the service": {500, 503}, "a token replaced while it was read": {401},
	} {
		t.Run(name, func(t *testing.T) {
			var requests []*http.Request
			client := newClient(t, failing(&requests, statuses...))
			_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
			require.NoError(t, err)
			require.Len(t, requests, len(statuses)+1)
			first, last := requests[0].URL.Query(), requests[len(statuses)].URL.Query()
			require.Equal(t, first.Get("requestId"), last.Get("requestId"), "the account must see one statement")
			require.Empty(t, first.Get("retry"))
			require.Equal(t, "true", last.Get("retry"))
		})
	}
}

func TestQueryDoesNotRepeatWhatStays(t *testing.T) {
	for _, status := range []int{400, 403, 404, 408, 422} {
		var requests []*http.Request
		client := newClient(t, failing(&requests, status, status))
		_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
		require.Error(t, err)
		require.Len(t, requests, 1, status)
	}
}

func TestQueryTriesAWrongTokenTwiceOnly(t *testing.T) {
	var requests []*http.Request
	client := newClient(t, failing(&requests, 401, 401, 401, 401))
	_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.ErrorContains(t, err, "HTTP 401")
	require.Len(t, requests, 2)
}

func TestQueryWaitsAsLongAsItIsAskedTo(t *testing.T) {
	var times []time.Time
	client := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
		times = append(times, time.Now())
		if len(times) == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = io.WriteString(w, twoPools)
	})
	_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.NoError(t, err)
	require.GreaterOrEqual(t, times[1].Sub(times[0]), time.Second)
}

func TestQueryDoesNotBeginAPauseThatItsContextCutsOff(t *testing.T) {
	client := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, err := client.Query(ctx, "SHOW COMPUTE POOLS")
	require.ErrorContains(t, err, "HTTP 429", "the refusal is the cause, not the deadline")
	require.NoError(t, ctx.Err())
}

func TestAStatementThatNobodyWaitsForIsCancelled(t *testing.T) {
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

func TestQueryReadsCompressedAnswers(t *testing.T) {
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

func TestAnAnswerThatUnpacksWithoutEndIsRefused(t *testing.T) {
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

func TestEveryErrorHasAReason(t *testing.T) {
	for status, reason := range map[int]string{
		401: "sql_auth", 403: "sql_forbidden", 404: "sql_not_found", 408: "sql_timeout", 422: "sql_statement",
		429: "sql_rate_limited", 500: "sql_server", 503: "sql_server", 418: "sql_other",
	} {
		require.Equal(t, reason, Reason(&Error{Status: status}))
	}
	require.Equal(t, "sql_unreachable", Reason(&unreachableError{io.EOF}))
	require.Equal(t, "sql_timeout", Reason(&unreachableError{context.DeadlineExceeded}))
	require.Equal(t, "sql_invalid", Reason(errors.New("other")))
}

func TestQueryRefusesAnAnswerThatIsNotJSON(t *testing.T) {
	client := newClient(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>a login page</html>") })
	_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.ErrorContains(t, err, "did not answer in JSON")
}

func TestQuerySaysThatTheAccountCannotBeReached(t *testing.T) {
	client := newClient(t, func(http.ResponseWriter, *http.Request) {})
	client.BaseURL = "http://127.0.0.1:1"
	_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.ErrorContains(t, err, "cannot reach the account")
}

func TestQueryReturnsTheErrorOfTheToken(t *testing.T) {
	client := newClient(t, func(http.ResponseWriter, *http.Request) { t.Error("nothing may be sent without a token") })
	missing := errors.New("no token")
	client.Token = func() (string, error) { return "", missing }
	_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.ErrorIs(t, err, missing)
}

func FuzzResult(f *testing.F) {
	f.Add(twoPools)
	f.Add(`{"data":[[]],"resultSetMetaData":{"rowType":[{"name":"name"}]}}`)
	f.Fuzz(func(t *testing.T, body string) {
		var parsed answer
		if json.Unmarshal([]byte(body), &parsed) != nil {
			t.Skip()
		}
		result := parsed.result()
		for i := range result.Len() {
			_, _ = result.Value(i, "name") // must not panic, whatever the shape of the rows
		}
	})
}
