// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"net"
	"net/http"
)

// pages answers probes, and the store's scrapes.
func (s *store) pages() http.Handler {
	pages := http.NewServeMux()
	pages.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		switch {
		case !s.ready():
			http.Error(w, "Prometheus is not ready", http.StatusServiceUnavailable)
		case !s.open.Load():
			http.Error(w, "no samples are accepted: "+*s.why.Load(), http.StatusServiceUnavailable)
		}
	})
	// A full volume does not end the container.
	pages.HandleFunc("GET /alive", func(w http.ResponseWriter, _ *http.Request) {
		if !s.alive() {
			http.Error(w, "Prometheus does not run, or hangs", http.StatusServiceUnavailable)
		}
	})
	pages.HandleFunc("GET /targets", func(w http.ResponseWriter, r *http.Request) {
		if !fromHere(r) {
			http.NotFound(w, r)
			return
		}
		writeTargets(w, s.targets)
	})
	pages.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if !fromHere(r) {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		for _, one := range s.metrics() {
			kind := "gauge"
			if one.counter {
				kind = "counter"
			}
			fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", one.name, one.help, one.name, kind)
			for _, point := range one.points {
				fmt.Fprintf(w, "%s%s %d\n", one.name, point.labels, point.value)
			}
		}
	})
	return pages
}

// fromHere returns whether a sibling asks: containers of a service share localhost.
func fromHere(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return err == nil && net.ParseIP(host).IsLoopback()
}

type metric struct {
	name, help string
	counter    bool
	points     []point
}

type point struct {
	labels string
	value  uint64
}

func (s *store) metrics() []metric {
	found := s.volume.look()
	gauge := func(name, help string, value uint64) metric {
		return metric{"spcs_launcher_" + name, help, false, []point{{"", value}}}
	}
	open := uint64(0)
	if s.open.Load() {
		open = 1
	}
	return []metric{
		gauge("volume_size_bytes", "Size of the store's volume", found.size),
		gauge("volume_free_bytes", "Free space of the volume", found.free),
		gauge("volume_floor_bytes", "Free space below which no samples are accepted", s.volume.floor),
		gauge("volume_inodes", "Inodes of the volume", found.inodes),
		gauge("volume_free_inodes", "Free inodes of the volume", found.freeInodes),
		gauge("reserve_bytes", "Space kept for the repair of a write-ahead log", s.volume.held()),
		gauge("accepts_samples", "Whether the collector may write", open),
		gauge("series_limit", "Series of nodes that the service is sized for; 0 where not set", s.series),
		gauge("memory_limit_bytes", "Memory that bounds queries: the container's limit, else the machine's", s.memory),
		{"spcs_launcher_restarts_total", "Starts of Prometheus after the first, by reason", true, []point{
			{`{reason="ended"}`, uint64(s.ended.Load())},
			{`{reason="repair"}`, uint64(s.repaired.Load())},
		}},
		{"spcs_launcher_refused_requests_total", "Requests of the collector that were refused for a while", true,
			[]point{{"", uint64(s.refused.Load())}}},
		{"spcs_launcher_ended_queries_total", "Queries that were ended because they took too much memory", true,
			[]point{{"", uint64(s.dropped.Load())}}},
	}
}
