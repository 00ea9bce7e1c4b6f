// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package sqlapi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestErrorNamesRefusalAndRemedy(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"a wrong token": {
			401, `{"code":"390303","message":"Invalid OAuth access token."}`,
			`(HTTP 401, code 390303: Invalid OAuth access token.): check that the token`,
		},
		"a network policy":     {403, ``, `(HTTP 403): check the account's network policy`},
		"a wrong host":         {404, `<html>not here</html>`, `check that ` + "`host`"},
		"a statement too long": {408, `{"code":"000630","message":"timeout"}`, `took too long`},
		"a missing privilege": {
			422, `{"code":"003001","sqlState":"42501","message":"Insufficient privileges"}`,
			`Insufficient privileges): check the privileges`,
		},
		"too many requests":                {429, `{"code":"390505"}`, `limits the rate`},
		"a fault of the service":           {503, `upstream connect error`, `has a fault`},
		"a request that is not understood": {400, `{"code":"390201"}`, `that a proxy leaves requests`},
		"another service":                  {405, ``, `not the account's SQL API`},
		"an unknown refusal":               {418, ``, `refused the statement (HTTP 418): the SQL API has no such answer`},
		"a success of another kind":        {201, `{}`, `gave no result (HTTP 201): the SQL API has no such answer`},
		"no content":                       {204, ``, `gave no result (HTTP 204): the SQL API has no such answer`},
		"a part of a body":                 {206, `{}`, `gave no result (HTTP 206): the SQL API has no such answer`},
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

func TestReason(t *testing.T) {
	for want, errs := range map[string][]error{
		"sql_auth":         {&Error{Status: 401}},
		"sql_forbidden":    {&Error{Status: 403}},
		"sql_not_found":    {&Error{Status: 404}},
		"sql_timeout":      {&Error{Status: 408}, &unreachableError{context.DeadlineExceeded}},
		"sql_statement":    {&Error{Status: 422}},
		"sql_rate_limited": {&Error{Status: 429}},
		"sql_server":       {&Error{Status: 500}, &Error{Status: 503}},
		"sql_other":        {&Error{Status: 400}, &Error{Status: 405}, &Error{Status: 418}},
		"sql_redirect":     {&Error{Status: 302}, &Error{Status: 307}},
		"sql_unreachable":  {&unreachableError{io.EOF}},
		"sql_invalid":      {errors.New("other")},
	} {
		t.Run(want, func(t *testing.T) {
			for _, err := range errs {
				require.Equal(t, want, Reason(err))
			}
		})
	}
}

func TestQueryRefusesHTML(t *testing.T) {
	client := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<html>a login page</html>")
	})
	_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.ErrorContains(t, err, "did not answer in JSON")
}

func TestQueryNamesUnreachableAccount(t *testing.T) {
	client := newClient(t, func(http.ResponseWriter, *http.Request) {})
	client.BaseURL = "http://127.0.0.1:1"
	_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.ErrorContains(t, err, "cannot reach the account")
}

func TestQueryNamesAnswerThatBreaksOff(t *testing.T) {
	client := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, twoPools)
	})
	ctx, cancel := context.WithTimeout(context.Background(), firstPause/4) // too short to try again
	defer cancel()
	_, err := client.Query(ctx, "SHOW COMPUTE POOLS")
	require.ErrorContains(t, err, "the answer broke off")
}

func TestQueryFollowsNoRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		elsewhere := 0
		other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
		requests := 0
		client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
			requests++
			http.Redirect(w, r, other.URL+"/there?token=secret", status)
		})
		_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
		other.Close()
		require.ErrorContains(t, err, "a redirect to "+other.URL+"/there")
		require.NotContains(t, err.Error(), "secret")
		require.Equal(t, "sql_redirect", Reason(err))
		require.Equal(t, 1, requests)
		require.Zero(t, elsewhere, "the token goes nowhere")
	}
}

func TestQueryNamesAnswerWithAnUnreadableHeader(t *testing.T) {
	for name, test := range map[string]struct{ head, want, reason string }{
		"a control character":    {"307 X\r\nLocation: http://u:hunter2@h/\x1b", "Location cannot be read", "sql_redirect"},
		"a location in capitals": {"302 X\r\nLOCATION: /hunter2\x00", "Location cannot be read", "sql_redirect"},
		"no URL":                 {"308 X\r\nLocation: http://[::hunter2", "HTTP 308): it is not followed", "sql_redirect"},
		"another header":         {"200 OK\r\nX-Key: hunter2\x1b", "a malformed header", "sql_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				connection, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					panic(err)
				}
				_, _ = io.WriteString(connection, "HTTP/1.1 "+test.head+"\r\nContent-Length: 0\r\n\r\n")
				_ = connection.Close()
			})
			_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "hunter2")
			require.Equal(t, test.reason, Reason(err))
		})
	}
}
