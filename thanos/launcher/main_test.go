// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"syscall"
	"testing"
	"time"
)

func probe(t *testing.T, handler http.Handler, page string) int {
	t.Helper()
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, page, nil))
	return answer.Code
}

func TestProbesAreAnsweredAsThanosDoes(t *testing.T) {
	ready := true
	thanos := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/-/ready" && !ready || r.URL.Path != "/-/ready" && r.URL.Path != "/-/healthy" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	handler := pages(thanos.URL)
	for _, step := range []struct {
		ready                 bool
		wantReady, wantLiving int
	}{{true, 200, 200}, {false, 503, 200}} {
		ready = step.ready
		if got := probe(t, handler, "/"); got != step.wantReady {
			t.Errorf("ready %t: / is %d", ready, got)
		}
		if got := probe(t, handler, "/alive"); got != step.wantLiving {
			t.Errorf("ready %t: /alive is %d", ready, got)
		}
	}
	if got := probe(t, handler, "/debug/pprof/"); got != http.StatusNotFound {
		t.Errorf("profiles are %d from outside", got)
	}
	thanos.Close()
	if got := probe(t, handler, "/alive"); got != http.StatusServiceUnavailable {
		t.Errorf("without Thanos /alive is %d", got)
	}
}

func TestTheAddressIsThatOfTheArguments(t *testing.T) {
	if got := address([]string{"query", "--http-address=127.0.0.1:9090"}); got != "127.0.0.1:9090" {
		t.Error(got)
	}
	if got := address([]string{"sidecar"}); got != "127.0.0.1:10902" {
		t.Error(got)
	}
}

func TestItEndsAsTheProgramDoes(t *testing.T) {
	for script, want := range map[string]int{"exit 3": 3, "exit 0": 0, "kill -9 $$": 137} {
		if code, err := run("/bin/sh", []string{"-c", script}, nil); err != nil || code != want {
			t.Errorf("%s: %d, %v", script, code, err)
		}
	}
	if _, err := run("/none", nil, nil); err == nil {
		t.Error("a missing program is started")
	}
}

func TestASignalIsPassedOn(t *testing.T) {
	signals := make(chan os.Signal, 1)
	time.AfterFunc(50*time.Millisecond, func() { signals <- syscall.SIGTERM })
	if code, err := run("/bin/sleep", []string{"60"}, signals); err != nil || code != 128+int(syscall.SIGTERM) {
		t.Errorf("%d, %v", code, err)
	}
}
