// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package sqlapi

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	maxAttempts = 4
	firstPause  = 250 * time.Millisecond
	maxPause    = 10 * time.Second
)

// send makes one request, and retries transient failures: no connection, 429, 5xx, and once 401, because the token may
// have been replaced between reading and sending it. The account recognises a repeated statement by its requestId and
// the parameter retry.
func (c *Client) send(ctx context.Context, method, path, repeatPath string, body []byte) (int, *answer, error) {
	if err := c.hold.check(); err != nil {
		return 0, nil, err
	}
	status, parsed, err := c.do(ctx, method, path, body)
	for attempt := 1; err != nil && attempt < maxAttempts; attempt++ {
		pause, again := pauseAfter(err, attempt)
		if !again || !fits(ctx, pause) {
			break
		}
		if sleep(ctx, pause) != nil {
			break
		}
		status, parsed, err = c.do(ctx, method, repeatPath, body)
	}
	c.hold.set(err)
	return status, parsed, err
}

// pauseAfter returns how long to wait after a failed attempt, and whether another one may help.
func pauseAfter(err error, attempt int) (time.Duration, bool) {
	var refusal *Error
	if !errors.As(err, &refusal) {
		var unreachable *unreachableError
		return jitter(attempt), errors.As(err, &unreachable)
	}
	switch {
	case refusal.Status == http.StatusUnauthorized:
		return 0, attempt == 1
	case refusal.Status == http.StatusTooManyRequests, refusal.Status >= http.StatusInternalServerError:
		return max(refusal.RetryAfter, jitter(attempt)), true
	default:
		return 0, false
	}
}

// jitter doubles with each attempt and takes a random half of it, so that many collectors do not come back together.
func jitter(attempt int) time.Duration {
	pause := min(firstPause<<(attempt-1), maxPause)
	return pause/2 + rand.N(pause/2)
}

// fits reports whether a pause ends before the context does: a deadline in the pause would hide the real failure.
func fits(ctx context.Context, pause time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > pause
}

// parseRetryAfter reads the header's seconds or date.
func parseRetryAfter(header string, now time.Time) time.Duration {
	// A number that is too large is read as the largest one.
	if seconds, err := strconv.ParseInt(header, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(max(seconds, 0), int64(maxHold/time.Second))) * time.Second
	}
	at, err := http.ParseTime(header)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxHold)
}

// maxHold bounds how long the account is left alone when it asks for that, so that a wrong clock is not for ever.
const maxHold = 15 * time.Minute

// hold is the time in which the account wants no requests, across statements.
type hold struct {
	mu      sync.Mutex
	until   time.Time
	refusal *Error
}

// set leaves the account alone for as long as the refusal asks.
func (h *hold) set(err error) {
	var refusal *Error
	if !errors.As(err, &refusal) || refusal.RetryAfter <= 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.until, h.refusal = time.Now().Add(refusal.RetryAfter), refusal
}

// check returns the refusal while the account is to be left alone, with the time that is left of it.
func (h *hold) check() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	left := time.Until(h.until)
	if h.refusal == nil || left <= 0 {
		return nil
	}
	refusal := *h.refusal
	refusal.RetryAfter = left
	return &refusal
}

// HeldFor returns how long the account wants to be left alone after the failure; 0 where it does not say.
func HeldFor(err error) time.Duration {
	var refusal *Error
	if !errors.As(err, &refusal) {
		return 0
	}
	return refusal.RetryAfter.Round(time.Second)
}
