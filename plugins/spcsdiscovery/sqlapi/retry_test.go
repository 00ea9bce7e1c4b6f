// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package sqlapi

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// failing answers the given statuses in turn, then rows, and records the requests.
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

func TestQueryRetriesTransientFailure(t *testing.T) {
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

func TestQueryDoesNotRetryPermanentFailure(t *testing.T) {
	for _, status := range []int{400, 403, 404, 408, 422} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			var requests []*http.Request
			client := newClient(t, failing(&requests, status, status))
			_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
			require.Error(t, err)
			require.Len(t, requests, 1)
		})
	}
}

func TestQueryRetriesUnauthorizedOnce(t *testing.T) {
	var requests []*http.Request
	client := newClient(t, failing(&requests, 401, 401, 401, 401))
	_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.ErrorContains(t, err, "HTTP 401")
	require.Len(t, requests, 2)
}

func TestQueryHonorsRetryAfter(t *testing.T) {
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

func TestQuerySkipsPauseBeyondItsDeadline(t *testing.T) {
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

func TestQueryLeavesTheAccountAloneAsLongAsItAsks(t *testing.T) {
	for name, header := range map[string]string{
		"seconds": "60", "a date": time.Now().Add(time.Minute).UTC().Format(http.TimeFormat),
	} {
		t.Run(name, func(t *testing.T) {
			requests := 0
			client := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
				requests++
				w.Header().Set("Retry-After", header)
				w.WriteHeader(http.StatusTooManyRequests)
			})
			for range 3 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				_, err := client.Query(ctx, "SHOW COMPUTE POOLS")
				cancel()
				require.Equal(t, "sql_rate_limited", Reason(err))
			}
			require.Equal(t, 1, requests)
			client.hold.until = time.Now()
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			_, err := client.Query(ctx, "SHOW COMPUTE POOLS")
			require.Error(t, err)
			require.Equal(t, 2, requests, "asked again once the time is over")
		})
	}
}

func TestRetryAfterIsSecondsOrADateAndBounded(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-5": 0, "7": 7 * time.Second, "999999999999": maxHold,
		"99999999999999999999999": maxHold, "-99999999999999999999999": 0, "+7": 7 * time.Second,
		"Thu, 01 Jan 2026 00:01:00 GMT": time.Minute,
		"Wed, 31 Dec 2025 00:00:00 GMT": 0,
		"Fri, 01 Jan 2027 00:00:00 GMT": maxHold,
	} {
		require.Equal(t, want, parseRetryAfter(header, now), header)
	}
}
