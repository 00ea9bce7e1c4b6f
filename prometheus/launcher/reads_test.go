// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestFewAreAnsweredAtOnce(t *testing.T) {
	inside, leave := make(chan struct{}, 10), make(chan struct{})
	all := newReads()
	all.wait = 50 * time.Millisecond
	handler := all.bounded(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		inside <- struct{}{}
		<-leave
	}))
	ask := func(ctx context.Context) int {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
		return answer.Code
	}
	codes := make(chan int, maxReads)
	for range maxReads {
		go func() { codes <- ask(context.Background()) }()
	}
	for range maxReads {
		<-inside
	}
	if code := ask(context.Background()); code != http.StatusServiceUnavailable {
		t.Error("one too many is answered", code)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_ = ask(gone)
	close(leave)
	for range maxReads {
		if code := <-codes; code != http.StatusOK {
			t.Error(code)
		}
	}
	if code := ask(context.Background()); code != http.StatusOK || len(inside) != 1 {
		t.Error("places are not given back", code, len(inside))
	}
	if all.busy() || len(all.running) != 0 {
		t.Error("what is answered is still kept")
	}
}

// slow answers when it shall, or ends with its reader.
func slow(asked chan<- struct{}, answer <-chan struct{}) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.String() == collectPath {
			return
		}
		close(asked)
		select {
		case <-r.Context().Done():
		case <-answer:
		}
	}))
}

func TestQueriesThatTakeTooMuchMemoryAreEnded(t *testing.T) {
	for name, test := range map[string]struct {
		most  uint64
		ended int64
	}{
		"more than there is": {1, 1},
		"less":               {1 << 60, 0},
	} {
		t.Run(name, func(t *testing.T) {
			asked, answer := make(chan struct{}), make(chan struct{})
			behind := slow(asked, answer)
			defer behind.Close()
			disk, _ := newVolume(t)
			s := newStore("", nil, behind.URL, disk)
			s.most, s.rest, s.tick = test.most, 1<<60, time.Millisecond
			s.pid.Store(int64(os.Getpid()))
			ticks := make(chan time.Time)
			go s.watchMemory(ticks)
			ticks <- time.Time{}
			done, reply := make(chan struct{}), httptest.NewRecorder()
			go func() {
				s.door().ServeHTTP(reply, httptest.NewRequest(http.MethodGet, "/api/v1/query", nil))
				close(done)
			}()
			<-asked
			// The second is taken when the first has been dealt with.
			ticks <- time.Time{}
			ticks <- time.Time{}
			close(answer)
			<-done
			close(ticks)
			ended := strings.Contains(reply.Body.String(), errTooMuch.Error())
			if s.dropped.Load() != test.ended || ended != (test.ended == 1) || (reply.Code == http.StatusOK) == ended {
				t.Error(s.dropped.Load(), reply.Code, reply.Body)
			}
		})
	}
}

func TestMemoryWithoutPagesOfFilesIsRead(t *testing.T) {
	held, err := anonymous(fmt.Sprintf("/proc/%d/status", os.Getpid()))
	if err != nil || held < mib {
		t.Error(held, err)
	}
	file := filepath.Join(t.TempDir(), "status")
	if _, err := anonymous(file); err == nil {
		t.Error("a process that is gone")
	}
	write(t, file, "Name:\tprometheus\nRssAnon:\t    2048 kB\nRssFile:\t  1 kB\n")
	if held, err := anonymous(file); held != 2*mib || err != nil {
		t.Error(held, err)
	}
	write(t, file, "Name:\tprometheus\n")
	if _, err := anonymous(file); err == nil {
		t.Error("a kernel that does not say it")
	}
}

func TestNoQueryBeginsBeforeMemoryIsGivenBack(t *testing.T) {
	collected, recovered := make(chan struct{}), make(chan struct{})
	var inside atomic.Bool
	behind := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.String() == collectPath {
			close(collected)
			<-recovered
			return
		}
		inside.Store(true)
	}))
	defer behind.Close()
	disk, _ := newVolume(t)
	s := newStore("", nil, behind.URL, disk)
	s.client.Timeout = time.Minute
	s.pid.Store(int64(os.Getpid()))
	over := make(chan struct{})
	go func() { s.endQueries(); close(over) }()
	<-collected
	done := make(chan struct{})
	go func() {
		s.door().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/api/v1/query", nil))
		close(done)
	}()
	time.Sleep(20 * time.Millisecond)
	if inside.Load() {
		t.Error("a query begins before memory is given back")
	}
	// Nobody says any more what it holds.
	s.pid.Store(0)
	close(recovered)
	<-over
	<-done
	if !inside.Load() {
		t.Error("no query begins afterwards")
	}
}
