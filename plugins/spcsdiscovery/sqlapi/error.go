// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package sqlapi

import (
	"fmt"
	"net/http"
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
}

// Error says in one sentence what was refused and what to do.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s refused the statement (HTTP %d", e.URL, e.Status)
	if e.Code != "" {
		text += ", code " + e.Code
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text + "): " + e.remedy()
}

func (e *Error) remedy() string {
	switch {
	case e.Status == http.StatusUnauthorized:
		return "check that the token is this account's, has not expired and is of the type set in `token_type`"
	case e.Status == http.StatusForbidden:
		return "check the account's network policy and that the role may use the SQL API"
	case e.Status == http.StatusNotFound:
		return "check that `host` is the account's host"
	case e.Status == http.StatusRequestTimeout:
		return "the statement took too long and is tried again at the next refresh"
	case e.Status == http.StatusUnprocessableEntity:
		return "check the privileges of the role"
	case e.Status == http.StatusTooManyRequests:
		return "the account limits the rate of requests; the next refresh tries again"
	case e.Status >= http.StatusInternalServerError:
		return "the service has a fault; the next refresh tries again"
	default:
		return "report this as a bug of the plugin"
	}
}
