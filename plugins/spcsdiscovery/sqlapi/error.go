// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package sqlapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
)

// Error is a refusal by the account, or by a proxy in front of it.
type Error struct {
	// URL is the account's address.
	URL string
	// Status is the HTTP status of the answer.
	Status int
	// Code and SQLState are Snowflake's; empty when the answer was not Snowflake's.
	Code, SQLState string
	// Message is Snowflake's own text.
	Message string
	// RetryAfter is how long the account asks to be left alone.
	RetryAfter time.Duration
	// Location is where a redirect pointed, without query; empty for other refusals.
	Location string
}

// Error says in one sentence what was refused and what to do.
func (e *Error) Error() string {
	did := "refused the statement"
	if e.Status < http.StatusMultipleChoices {
		did = "gave no result"
	}
	text := fmt.Sprintf("%s %s (HTTP %d", e.URL, did, e.Status)
	if e.Code != "" {
		text += ", code " + shown.Sentence(e.Code)
	}
	if e.Message != "" {
		text += ": " + shown.Sentence(e.Message)
	}
	if e.Location != "" {
		text += ", a redirect to " + shown.Sentence(e.Location)
	}
	text += "): " + e.kind().remedy
	if held := HeldFor(e); held > 0 {
		text += fmt.Sprintf("; the account wants no requests for %s", held)
	}
	return text
}

type kind struct{ reason, remedy string }

var kinds = map[int]kind{
	http.StatusBadRequest: {
		"sql_other", "check that `host` and `token_type` are the account's, and that a proxy leaves requests as they are",
	},
	http.StatusMethodNotAllowed: {
		"sql_other", "check `host` and `port`: what answers there is not the account's SQL API",
	},
	http.StatusUnauthorized: {
		"sql_auth",
		"check that the token is this account's, has not expired and is of the type set in `token_type`",
	},
	http.StatusForbidden: {
		"sql_forbidden", "check the account's network policy and that the role may use the SQL API",
	},
	http.StatusNotFound: {"sql_not_found", "check that `host` is the account's host"},
	http.StatusRequestTimeout: {
		"sql_timeout", "the statement took too long and is tried again at the next refresh",
	},
	http.StatusUnprocessableEntity: {"sql_statement", "check the privileges of the role"},
	http.StatusTooManyRequests: {
		"sql_rate_limited", "the account limits the rate of requests; a later refresh tries again",
	},
}

var redirectKind = kind{
	"sql_redirect", "it is not followed, because it would carry the token away: set `host` to the account's own host",
}

func (e *Error) kind() kind {
	if known, ok := kinds[e.Status]; ok {
		return known
	}
	if e.Status >= http.StatusInternalServerError {
		return kind{"sql_server", "the service has a fault; a later refresh tries again"}
	}
	if e.Status >= http.StatusMultipleChoices && e.Status < http.StatusBadRequest {
		return redirectKind
	}
	return kind{"sql_other", "the SQL API has no such answer, so check `host`, `port` and any proxy on the way"}
}

// unreachableError is a request without an answer.
type unreachableError struct{ err error }

func (e *unreachableError) Error() string { return fmt.Sprintf("cannot reach the account: %v", e.err) }
func (e *unreachableError) Unwrap() error { return e.err }

// invalidError is an answer without a valid result.
type invalidError struct {
	url string
	err error
}

func (e *invalidError) Error() string {
	return fmt.Sprintf("%s did not give a complete result (%v): the next refresh asks again", e.url, e.err)
}

// malformedError is an answer with a header that HTTP does not allow, the Location of a redirect or another one.
type malformedError struct {
	url      string
	location bool
}

func (e *malformedError) Error() string {
	if e.location {
		return e.url + " refused the statement (a redirect whose Location cannot be read): " + redirectKind.remedy
	}
	return e.url + " gave an answer with a malformed header: check `host`, `port` and any proxy on the way"
}

// Reason returns a short, stable word for the cause of an error of Query: sql_ and the kind of refusal, sql_timeout,
// sql_unreachable, or sql_invalid for a malformed answer.
func Reason(err error) string {
	var refusal *Error
	if errors.As(err, &refusal) {
		return refusal.kind().reason
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return kinds[http.StatusRequestTimeout].reason
	}
	var malformed *malformedError
	if errors.As(err, &malformed) && malformed.location {
		return redirectKind.reason
	}
	var unreachable *unreachableError
	if errors.As(err, &unreachable) {
		return "sql_unreachable"
	}
	return "sql_invalid"
}
