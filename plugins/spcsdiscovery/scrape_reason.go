// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/exposition"
)

// scrapeReason returns a short, stable word for why a scrape failed.
func scrapeReason(err error) string {
	var netErr net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		return "timeout"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "unreachable"
	case exposition.IsEmptyStream(err):
		return "invalid_body"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF):
		return "interrupted"
	}
	return reasonOfText(err.Error())
}

// reasonOfText knows the errors for which the scrape library has no exported value.
func reasonOfText(text string) string {
	for _, known := range []struct{ words, reason string }{
		{"body size limit exceeded", "body_too_large"},
		{"sample limit exceeded", "too_many_samples"},
		{"label_limit exceeded", "too_many_labels"},
		{"length_limit exceeded", "label_too_long"},
		{"too many new series", "too_many_new_series"},
		{"server returned HTTP status", "http_status"},
	} {
		if strings.Contains(text, known.words) {
			return known.reason
		}
	}
	return "invalid_body"
}
