// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// stand is a store over a fake Prometheus, whose files tests write.
type stand struct {
	*store
	t       *testing.T
	folder  string
	free    *atomic.Uint64
	signals chan os.Signal
	code    chan int
}

func newStand(t *testing.T) *stand {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	disk, free := newVolume(t)
	t.Setenv(fakeAddress, address)
	t.Setenv("LAUNCHER_TEST_FOLDER", disk.folder)
	s := newStore(os.Args[0], nil, "http://"+address, disk)
	s.tick, s.pause = 5*time.Millisecond, time.Millisecond
	return &stand{s, t, disk.folder, free, make(chan os.Signal, 4), make(chan int, 1)}
}

func (s *stand) begin() {
	go func() { s.code <- s.run(s.signals) }()
	s.t.Cleanup(func() { s.end() })
}

func (s *stand) end() int {
	s.signals <- syscall.SIGTERM
	select {
	case code := <-s.code:
		s.code <- code
		return code
	case <-time.After(10 * time.Second):
		s.t.Fatal("it does not end")
	}
	return 0
}

func (s *stand) await(what string, condition func() bool) {
	s.t.Helper()
	for end := time.Now().Add(10 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatal("it did not happen: " + what)
		}
	}
}

func (s *stand) set(name, text string) { write(s.t, filepath.Join(s.folder, name), text) }

func (s *stand) starts() int {
	found, _ := filepath.Glob(filepath.Join(s.folder, "start.*"))
	return len(found)
}

func (s *stand) post() *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	s.door().ServeHTTP(answer, newWrite("samples"))
	return answer
}

// newWrite returns a request as the collector writes samples.
func newWrite(body string) *http.Request {
	request := httptest.NewRequest(http.MethodPost, writePath, strings.NewReader(body))
	request.Header.Set("Content-Type", "application/x-protobuf;proto=io.prometheus.write.v2.Request")
	return request
}

func (s *stand) get(path, from string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.RemoteAddr = from
	s.pages().ServeHTTP(answer, request)
	return answer
}

const here, elsewhere = "127.0.0.1:1", "10.0.0.1:1"
