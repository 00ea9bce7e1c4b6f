// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestANodeThatRedirectsIsDownAndNothingElseIsAskedInItsPlace(t *testing.T) {
	var asked atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = fmt.Fprint(w, "spoken_for 1\n")
	}))
	t.Cleanup(other.Close)
	s := startStand(t, nil)
	for _, status := range []int{301, 302, 303, 307, 308} {
		s.set(write(body))
		require.Eventually(t, func() bool {
			return s.rcv.(*spcsReceiver).scrapes.snapshot()[s.address.String()].reason == ""
		}, 10*time.Second, 10*time.Millisecond)
		s.set(func(w http.ResponseWriter) {
			w.Header().Set("Location", other.URL)
			w.WriteHeader(status)
		})
		require.Eventually(t, func() bool {
			last := s.rcv.(*spcsReceiver).scrapes.snapshot()[s.address.String()]
			return last.reason == "http_status" && last.err == fmt.Sprint(
				"server returned HTTP status ", status, " ", http.StatusText(status))
		}, 10*time.Second, 10*time.Millisecond)
	}
	require.Zero(t, asked.Load())
}
