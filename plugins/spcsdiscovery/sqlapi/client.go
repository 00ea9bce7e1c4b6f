// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package sqlapi runs single statements through version 2 of the Snowflake SQL REST API, over net/http.
// Reference: https://docs.snowflake.com/en/developer-guide/sql-api/reference
package sqlapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
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

// Client sends statements to one account. All fields must be set.
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
}

// Result holds the rows of one statement.
type Result struct {
	columns map[string]int
	rows    [][]*string
}

// Len returns the number of rows.
func (r *Result) Len() int { return len(r.rows) }

// Value returns the cell of the named column (in any case) in row i; ok is false where the column is missing or the
// cell is NULL.
func (r *Result) Value(i int, column string) (value string, ok bool) {
	at, found := r.columns[strings.ToLower(column)]
	if !found || at >= len(r.rows[i]) || r.rows[i][at] == nil {
		return "", false
	}
	return *r.rows[i][at], true
}

// First returns the first cell of row i, whatever its column is called; NULL is empty.
func (r *Result) First(i int) string {
	if len(r.rows[i]) == 0 || r.rows[i][0] == nil {
		return ""
	}
	return *r.rows[i][0]
}

type answer struct {
	Code     string `json:"code"`
	SQLState string `json:"sqlState"`
	Message  string `json:"message"`
	Handle   string `json:"statementHandle"`
	Metadata struct {
		RowType []struct {
			Name string `json:"name"`
		} `json:"rowType"`
		Partitions []json.RawMessage `json:"partitionInfo"`
	} `json:"resultSetMetaData"`
	Data [][]*string `json:"data"`
}

func (a *answer) result() *Result {
	result := &Result{columns: make(map[string]int, len(a.Metadata.RowType)), rows: a.Data}
	for i, column := range a.Metadata.RowType {
		result.columns[strings.ToLower(column.Name)] = i
	}
	return result
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
	path = statementsPath + "/" + url.PathEscape(first.Handle)
	for status == http.StatusAccepted {
		if err := sleep(ctx, pollInterval); err != nil {
			c.cancel(ctx, path)
			return nil, fmt.Errorf("%s did not finish statement %s in time: %w", c.BaseURL, first.Handle, err)
		}
		if status, first, err = c.send(ctx, http.MethodGet, path, path, nil); err != nil {
			return nil, err
		}
	}
	result := first.result()
	for n := 1; n < len(first.Metadata.Partitions); n++ {
		partition := path + "?partition=" + strconv.Itoa(n)
		_, part, err := c.send(ctx, http.MethodGet, partition, partition, nil)
		if err != nil {
			return nil, err
		}
		result.rows = append(result.rows, part.Data...)
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
	resp, err := c.HTTP.Do(req)
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
	var parsed answer
	parseErr := json.Unmarshal(raw, &parsed)
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusAccepted {
		// Proxies answer in HTML or with an empty body: the status alone then says what is wrong.
		return 0, nil, &Error{
			URL: c.BaseURL, Status: resp.StatusCode, Code: parsed.Code, SQLState: parsed.SQLState, Message: parsed.Message,
			RetryAfter: parseRetryAfter(resp.Header.Get("Retry-After")),
		}
	}
	if parseErr != nil {
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
