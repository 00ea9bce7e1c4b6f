// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestOnlyWhatSiblingsNeedIsPassedOn(t *testing.T) {
	asked := map[string]bool{}
	behind := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked[r.Method+" "+r.URL.String()] = true
	}))
	defer behind.Close()
	disk, _ := newVolume(t)
	s := newStore("", nil, behind.URL, disk)
	s.open.Store(true)
	for request, want := range map[string]int{
		"POST /api/v1/query":                         http.StatusOK,
		"GET /api/v1/query_range?query=up":           http.StatusOK,
		"GET /api/v1/label/job/values":               http.StatusOK,
		"POST /api/v1/write":                         http.StatusUnsupportedMediaType,
		"GET /-/ready":                               http.StatusOK,
		"GET /api/v1/write":                          http.StatusMethodNotAllowed,
		"POST /api/v1/read":                          http.StatusNotFound,
		"GET /api/v1/status/config":                  http.StatusNotFound,
		"GET /api/v1/status/flags":                   http.StatusNotFound,
		"POST /api/v1/otlp/v1/metrics":               http.StatusNotFound,
		"POST /api/v1/admin/tsdb/delete_series":      http.StatusNotFound,
		"POST /-/quit":                               http.StatusNotFound,
		"GET /debug/pprof/heap":                      http.StatusNotFound,
		"GET /federate":                              http.StatusNotFound,
		"GET /api/v1/label/job/values/../../../read": http.StatusTemporaryRedirect,
		"GET /api/v1/query/../../../debug/pprof/":    http.StatusTemporaryRedirect,
		"GET /api/v1/label/a%2F..%2Fb/values":        http.StatusOK,
	} {
		method, path, _ := strings.Cut(request, " ")
		answer := httptest.NewRecorder()
		s.door().ServeHTTP(answer, httptest.NewRequest(method, path, nil))
		if answer.Code != want {
			t.Errorf("%s: %d", request, answer.Code)
		}
		if passed := asked[request]; passed != (want == http.StatusOK) {
			t.Errorf("%s: passed on is %t", request, passed)
		}
	}
}

func TestSamplesMustSayThatTheyAreSamples(t *testing.T) {
	passed := 0
	behind := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { passed++ }))
	defer behind.Close()
	disk, _ := newVolume(t)
	s := newStore("", nil, behind.URL, disk)
	s.open.Store(true)
	for kind, want := range map[string]int{
		"":                                  http.StatusUnsupportedMediaType,
		"application/x-www-form-urlencoded": http.StatusUnsupportedMediaType,
		"text/plain":                        http.StatusUnsupportedMediaType,
		"application/x-protobuf":            http.StatusOK,
		"application/x-protobuf;proto=io.prometheus.write.v2.Request": http.StatusOK,
	} {
		answer, request := httptest.NewRecorder(), newWrite("samples")
		request.Header.Set("Content-Type", kind)
		s.door().ServeHTTP(answer, request)
		if answer.Code != want {
			t.Errorf("%q: %d", kind, answer.Code)
		}
	}
	if passed != 2 {
		t.Errorf("%d passed on", passed)
	}
}

func TestAnswersToSamplesPassUnchanged(t *testing.T) {
	for _, code := range []int{http.StatusNoContent, http.StatusBadRequest, http.StatusTooManyRequests} {
		var got *http.Request
		var sent []byte
		behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = r
			sent, _ = io.ReadAll(r.Body)
			w.Header().Set("X-Prometheus-Remote-Write-Samples-Written", "7")
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(code)
		}))
		disk, _ := newVolume(t)
		s := newStore("", nil, behind.URL, disk)
		s.open.Store(true)
		request := newWrite("\x00 not a message")
		request.Header.Set("Content-Encoding", "snappy")
		request.Header.Set("Content-Type", "application/x-protobuf;proto=io.prometheus.write.v2.Request")
		answer := httptest.NewRecorder()
		s.door().ServeHTTP(answer, request)
		behind.Close()
		header := answer.Header()
		if answer.Code != code || header.Get("X-Prometheus-Remote-Write-Samples-Written") != "7" ||
			header.Get("Retry-After") != "30" || !s.open.Load() {
			t.Error(code, answer.Code, header, s.open.Load())
		}
		if string(sent) != "\x00 not a message" || got.Header.Get("Content-Encoding") != "snappy" ||
			got.Header.Get("Content-Type") != request.Header.Get("Content-Type") {
			t.Error(code, sent, got.Header)
		}
	}
}

func TestAServerThatIsAwayIsASentence(t *testing.T) {
	behind := httptest.NewServer(http.NotFoundHandler())
	behind.Close()
	disk, _ := newVolume(t)
	s := newStore("", nil, behind.URL, disk)
	answer := httptest.NewRecorder()
	s.door().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/api/v1/query", nil))
	if answer.Code != http.StatusServiceUnavailable || !strings.Contains(answer.Body.String(), `"error":"Prometheus does not answer"`) {
		t.Error(answer.Code, answer.Body)
	}
}

func TestAFailedQueryLeavesTheDoorOpenForSamples(t *testing.T) {
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer behind.Close()
	disk, _ := newVolume(t)
	s := newStore("", nil, behind.URL, disk)
	s.open.Store(true)
	ask := func(request *http.Request) { s.door().ServeHTTP(httptest.NewRecorder(), request) }
	if ask(httptest.NewRequest(http.MethodPost, "/api/v1/query", nil)); !s.open.Load() {
		t.Error("a query shuts it")
	}
	if ask(newWrite("samples")); s.open.Load() {
		t.Error("a write that failed leaves it open")
	}
}
