// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// maxReads is how many queries are answered at once. Prometheus itself counts a query only until it has computed it,
	// and an answer takes several times the memory while it is written as text.
	maxReads = 2
	maxWait  = time.Minute
	// glance is the time between two looks at the memory of Prometheus while it answers.
	glance = 50 * time.Millisecond
	// maxRecovery is how long queries wait until Prometheus has given back what ended ones took.
	maxRecovery = 30 * time.Second
	// collectPath makes Prometheus collect its garbage, which it else leaves until it needs more memory.
	collectPath = "/debug/pprof/heap?gc=1"
)

var errTooMuch = errors.New(
	"the query takes more memory than the store has for queries: ask for a shorter time or for fewer series")

// reads are the queries that are being answered: a few at once.
type reads struct {
	places chan struct{}
	// wait is how long a query waits for its place.
	wait time.Duration
	// admission is held while none may begin, and mutex while running changes.
	admission sync.RWMutex
	mutex     sync.Mutex
	running   map[*context.CancelCauseFunc]struct{}
}

func newReads() *reads {
	return &reads{
		places:  make(chan struct{}, maxReads),
		wait:    maxWait,
		running: map[*context.CancelCauseFunc]struct{}{},
	}
}

// bounded answers some at once, and lets the others wait for a while.
func (r *reads) bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		select {
		case r.places <- struct{}{}:
			defer func() { <-r.places }()
			ctx, cancel := context.WithCancelCause(request.Context())
			r.enter(&cancel)
			defer r.leave(&cancel)
			next.ServeHTTP(w, request.WithContext(ctx))
		case <-time.After(r.wait):
			sendAway(w, "the store is busy with other queries: ask for a shorter time, or try again")
		case <-request.Context().Done():
		}
	})
}

func (r *reads) enter(cancel *context.CancelCauseFunc) {
	r.admission.RLock()
	defer r.admission.RUnlock()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.running[cancel] = struct{}{}
}

func (r *reads) leave(cancel *context.CancelCauseFunc) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	delete(r.running, cancel)
	(*cancel)(nil)
}

// end ends what is being answered, and returns how many queries that were.
func (r *reads) end(why error) int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for cancel := range r.running {
		(*cancel)(why)
	}
	ended := len(r.running)
	clear(r.running)
	return ended
}

func (r *reads) busy() bool {
	return len(r.places) > 0
}

// watchMemory ends queries that take what no limit of Prometheus counts, such as many selectors in one query, or series
// of a long history.
func (s *store) watchMemory(ticks <-chan time.Time) {
	for range ticks {
		if s.most > 0 && s.reads.busy() && s.held() >= s.most {
			s.endQueries()
		}
	}
}

// endQueries ends what is being answered, and lets no other begin before the memory is given back.
func (s *store) endQueries() {
	s.reads.admission.Lock()
	defer s.reads.admission.Unlock()
	held := s.held()
	ended := s.reads.end(errTooMuch)
	s.dropped.Add(int64(ended))
	report("%d queries are ended: Prometheus holds %d MiB", ended, held/mib)
	for end := time.Now().Add(maxRecovery); s.held() > s.rest && time.Now().Before(end); time.Sleep(s.tick) {
		if answer, err := s.client.Get(s.url + collectPath); err == nil {
			_ = answer.Body.Close()
		}
	}
}

// held returns what the server holds in memory, and 0 where nobody says.
func (s *store) held() uint64 {
	held, err := anonymous(fmt.Sprintf("/proc/%d/status", s.pid.Load()))
	if err != nil {
		return 0
	}
	return held
}

// anonymous returns the bytes that a process holds without pages of files, which the kernel can take back.
func anonymous(file string) (uint64, error) {
	status, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer func() { _ = status.Close() }()
	lines := bufio.NewScanner(status)
	for lines.Scan() {
		if text, found := strings.CutPrefix(lines.Text(), "RssAnon:"); found {
			kib, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(text), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.Join(fmt.Errorf("%s does not say RssAnon", file), lines.Err())
}
