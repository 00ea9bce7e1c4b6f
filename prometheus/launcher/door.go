// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

const (
	writePath = "/api/v1/write"
	// pauseSeconds is when the collector shall try again.
	pauseSeconds = "5"
	// maxAnswer ends an answer that its reader does not take, which would keep a place of those.
	maxAnswer = 3 * time.Minute
)

// readable is what Grafana asks for. Everything else of Prometheus stays behind the door.
var readable = []string{
	"/api/v1/query",
	"/api/v1/query_range",
	"/api/v1/query_exemplars",
	"/api/v1/series",
	"/api/v1/labels",
	"/api/v1/label/{name}/values",
	"/api/v1/metadata",
	"/api/v1/rules",
	"/api/v1/alerts",
	"/api/v1/status/buildinfo",
}

// door passes on what the siblings of the store may send: samples while the volume has room, and a few queries at once.
func (s *store) door() http.Handler {
	target, err := url.Parse(s.url)
	if err != nil {
		fail(err)
	}
	proxy := &httputil.ReverseProxy{
		// Bodies pass as they are, in both directions.
		Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: maxReads + 1},
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, _ error) {
			if errors.Is(context.Cause(r.Context()), errTooMuch) {
				sendAway(w, errTooMuch.Error())
				return
			}
			sendAway(w, "Prometheus does not answer")
		},
		ModifyResponse: s.judge,
	}
	paths := http.NewServeMux()
	paths.Handle("POST "+writePath, s.withRoom(proxy))
	reads := s.reads.bounded(proxy)
	for _, path := range readable {
		paths.Handle("GET "+path, reads)
		paths.Handle("POST "+path, reads)
	}
	paths.Handle("GET /-/ready", proxy)
	return paths
}

// judge shuts the door for samples when a write fails, because it may have torn the write-ahead log.
func (s *store) judge(answer *http.Response) error {
	if answer.StatusCode/100 == 5 && answer.Request.URL.Path == writePath {
		s.shut("Prometheus answered " + answer.Status)
	}
	return nil
}

// withRoom passes on samples while the volume has room for them. What does not say that it is samples is refused:
// Prometheus would take it, and Grafana might forward a viewer's request.
func (s *store) withRoom(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-protobuf") {
			http.Error(w, "samples are of the type application/x-protobuf", http.StatusUnsupportedMediaType)
			return
		}
		if !s.open.Load() || s.volume.look().full(s.volume.floor) {
			s.refused.Add(1)
			sendAway(w, "the store's volume is full, or its write-ahead log is not repaired yet")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sendAway answers in the form of Prometheus, which Grafana shows on the board.
func sendAway(w http.ResponseWriter, why string) {
	w.Header().Set("Retry-After", pauseSeconds)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusServiceUnavailable)
	_ = json.NewEncoder(w).Encode(map[string]string{"status": "error", "errorType": "unavailable", "error": why})
}
