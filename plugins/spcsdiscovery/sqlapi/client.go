// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package sqlapi runs single statements through version 2 of the Snowflake SQL REST API, over net/http.
// Reference: https://docs.snowflake.com/en/developer-guide/sql-api/reference
package sqlapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/redirects"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
)

// Token types understood by the API, sent in the header X-Snowflake-Authorization-Token-Type.
const (
	TokenOAuth        = "OAUTH"
	TokenProgrammatic = "PROGRAMMATIC_ACCESS_TOKEN"
	TokenKeyPairJWT   = "KEYPAIR_JWT"
)

const (
	statementsPath = "/api/v2/statements"
	// maxBody bounds one answer in bytes; 10,000 rows of SHOW COMPUTE POOLS take about 5 MB.
	maxBody = 16 << 20
	// cancelTimeout bounds the cancellation of a statement, so that a shutdown does not wait for it.
	cancelTimeout = time.Second
	// pollInterval is the pause between two requests for the result of a slow statement.
	pollInterval = 500 * time.Millisecond
)

// Client sends statements to one account. All exported fields must be set.
type Client struct {
	// HTTP carries the requests; its transport owns TLS and proxies.
	HTTP *http.Client
	// BaseURL is the account's address without a path, such as https://org-account.snowflakecomputing.com:443.
	BaseURL string
	// Token is called before every request, so that a rotated token is used at once.
	Token func() (string, error)
	// TokenType is one of the Token constants.
	TokenType string
	// UserAgent identifies the caller; the API refuses requests without one.
	UserAgent string

	hold hold
}

// Query runs one statement and returns all of its rows: it retries transient failures, follows partitions, and waits
// for slow statements until ctx ends, which cancels them in the account. A refusal is returned as *Error.
func (c *Client) Query(ctx context.Context, statement string) (*Result, error) {
	body, err := json.Marshal(map[string]any{"statement": statement, "timeout": secondsLeft(ctx)})
	if err != nil {
		return nil, err
	}
	path := statementsPath + "?requestId=" + uuid.NewString()
	status, first, err := c.send(ctx, http.MethodPost, path, path+"&retry=true", body)
	if err != nil {
		return nil, err
	}
	path = statementsPath + "/" + url.PathEscape(string(first.Handle))
	for status == http.StatusAccepted {
		if err := sleep(ctx, pollInterval); err != nil {
			c.cancel(ctx, path)
			handle := shown.Sentence(string(first.Handle))
			return nil, fmt.Errorf("%s did not finish statement %s in time: %w", c.BaseURL, handle, err)
		}
		if status, first, err = c.send(ctx, http.MethodGet, path, path, nil); err != nil {
			return nil, err
		}
	}
	return c.complete(ctx, path, first)
}

// complete fetches the further partitions of an answer, and returns the result once all of it is there.
func (c *Client) complete(ctx context.Context, path string, first *answer) (*Result, error) {
	if err := first.checkFirst(); err != nil {
		return nil, &invalidError{c.BaseURL, err}
	}
	var parts []*answer
	for n := 1; n < len(first.Metadata.Partitions); n++ {
		partition := path + "?partition=" + strconv.Itoa(n)
		_, part, err := c.send(ctx, http.MethodGet, partition, partition, nil)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	result, err := first.result(parts)
	if err != nil {
		return nil, &invalidError{c.BaseURL, err}
	}
	return result, nil
}

// cancel ends an abandoned statement. It is a courtesy: the statement has its own time limit.
func (c *Client) cancel(ctx context.Context, path string) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), cancelTimeout)
	defer stop()
	_, _, _ = c.do(ctx, http.MethodPost, path+"/cancel", nil)
}

func (c *Client) do(ctx context.Context, method, path string, body []byte) (int, *answer, error) {
	token, err := c.Token()
	if err != nil {
		return 0, nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.BaseURL+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("X-Snowflake-Authorization-Token-Type", c.TokenType)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", c.UserAgent)
	client := *c.HTTP
	redirects.Return(&client)
	resp, err := client.Do(req)
	if malformed, location := redirects.MalformedHeader(err); malformed {
		return 0, nil, &malformedError{c.BaseURL, location}
	}
	if err != nil {
		return 0, nil, &unreachableError{err}
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return 0, nil, &unreachableError{fmt.Errorf("the answer broke off: %w", err)}
	}
	if len(raw) > maxBody {
		return 0, nil, fmt.Errorf("the answer of %s is larger than %d bytes", c.BaseURL, maxBody)
	}
	return c.read(resp, raw)
}

// read separates an answer from a refusal.
func (c *Client) read(resp *http.Response, raw []byte) (int, *answer, error) {
	var parsed answer
	parseErr := json.Unmarshal(raw, &parsed)
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusAccepted {
		// Proxies answer in HTML or with an empty body: the status alone then says what is wrong.
		refusal := &Error{
			URL: c.BaseURL, Status: resp.StatusCode, Code: string(parsed.Code), SQLState: parsed.SQLState,
			Message: string(parsed.Message), RetryAfter: parseRetryAfter(resp.Header.Get("Retry-After"), time.Now()),
		}
		if location, err := resp.Location(); err == nil {
			refusal.Location = location.Scheme + "://" + location.Host + location.Path
		}
		return 0, nil, refusal
	}
	var shape *json.UnmarshalTypeError
	switch {
	case errors.As(parseErr, &shape):
		return 0, nil, &invalidError{c.BaseURL, errors.New("the answer is JSON of another shape")}
	case parseErr != nil:
		return 0, nil, fmt.Errorf("%s did not answer in JSON (is `host` an account's host?): %w", c.BaseURL, parseErr)
	}
	return resp.StatusCode, &parsed, nil
}

// secondsLeft gives the statement no longer than its caller waits; the API reads 0 as the longest time it allows.
func secondsLeft(ctx context.Context) int {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 0
	}
	return max(1, int(time.Until(deadline).Seconds()))
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
