// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package sqlapi

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
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

// parseRetryAfter reads the header's seconds; a date, which the API does not send, counts as none.
func parseRetryAfter(header string) time.Duration {
	seconds, err := strconv.Atoi(header)
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
