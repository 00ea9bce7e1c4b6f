// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package redirects has a client return redirects as answers, because following one would carry what authenticates to
// where the configuration never pointed.
package redirects

import (
	"errors"
	"net/http"
	"net/textproto"
	"strings"
)

// Return makes the client return every redirect.
func Return(client *http.Client) {
	next := client.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	client.Transport = readable{next}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
}

// readable takes a Location that is not a URL off an answer: the client fails on it, and shows all of it, also where it
// follows no redirect.
type readable struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (r readable) RoundTrip(request *http.Request) (*http.Response, error) {
	answer, err := r.RoundTripper.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if _, unreadable := answer.Location(); unreadable != nil {
		answer.Header.Del("Location")
	}
	return answer, nil
}

// CloseIdleConnections has the client's method of that name reach the transport.
func (r readable) CloseIdleConnections() {
	if closer, ok := r.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// MalformedHeader reports whether an answer broke off at a header line that HTTP does not allow, and whether that is
// the Location of a redirect. The error shows the line, which may hold what authenticates.
func MalformedHeader(err error) (malformed, location bool) {
	var line textproto.ProtocolError
	if !errors.As(err, &line) {
		return false, false
	}
	_, header, _ := strings.Cut(strings.ToLower(line.Error()), `"`)
	return true, strings.HasPrefix(header, "location:")
}
