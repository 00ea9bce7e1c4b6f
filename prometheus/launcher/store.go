// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// maxFailures is how often in a row Prometheus may end before it was ready, until the platform shall see it.
	maxFailures = 5
	maxPause    = 16 * time.Second
	// maxEnd is when a server that shall end for a repair is killed.
	maxEnd = 25 * time.Second
	// maxSilence is when a server hangs: the replay of a long write-ahead log must not look like that.
	maxSilence = 20 * time.Minute
)

// logFailures count what could not be written to the write-ahead log, and to that of late samples.
var logFailures = []string{
	"prometheus_tsdb_wal_writes_failed_total",
	"prometheus_tsdb_out_of_order_wbl_writes_failed_total",
}

// store runs Prometheus over its volume.
type store struct {
	program string
	args    []string
	url     string
	volume  *volume
	// memory is the container's limit, and series how many it is meant for; 0 where not known.
	memory, series uint64
	// most is what the server may hold while it answers queries, and rest what it holds again before it answers others.
	most, rest uint64
	reads      *reads
	// targets are what the server scrapes by itself.
	targets []targetGroup
	client  *http.Client
	// tick is the time between two looks at volume and server, judging between two at failed writes while samples are
	// accepted; pause is the first before another start.
	tick, judging, pause time.Duration
	judged               time.Time

	// open is whether the collector may write, and why says what is in the way.
	open atomic.Bool
	why  atomic.Pointer[string]
	// pid is of the server's process, 0 while it does not run; heard is when it was started or ready last.
	pid                               atomic.Int64
	heard                             atomic.Pointer[time.Time]
	ended, repaired, refused, dropped atomic.Int64
}

func newStore(program string, args []string, url string, disk *volume) *store {
	return &store{
		program: program,
		args:    args,
		url:     url,
		volume:  disk,
		reads:   newReads(),
		client:  &http.Client{Timeout: 2 * time.Second},
		tick:    time.Second,
		judging: 10 * time.Second,
		pause:   time.Second,
	}
}

// run keeps Prometheus running until a signal ends it, or it ends again and again; it returns the last exit code.
func (s *store) run(signals <-chan os.Signal) int {
	failures := 0
	for {
		if s.volume.look().full(s.volume.floor) {
			report("%s is full: its reserve is given back, so that the write-ahead log can be repaired", s.volume.folder)
			s.volume.give()
		}
		s.volume.take()
		s.explain("Prometheus has just started")
		end, err := s.runOnce(signals)
		s.open.Store(false)
		switch {
		case err != nil:
			report("%v", err)
			return 1
		case end.wanted:
			return end.code
		case end.repair:
			s.repaired.Add(1)
			continue
		case end.ready:
			failures = 0
		}
		s.ended.Add(1)
		if failures++; failures == maxFailures {
			return end.code
		}
		pause := min(s.pause<<(failures-1), maxPause)
		report("Prometheus ended with exit code %d: it starts again in %s", end.code, pause)
		if code, over := wait(pause, signals); over {
			return code
		}
	}
}

func wait(pause time.Duration, signals <-chan os.Signal) (int, bool) {
	after := time.After(pause)
	for {
		select {
		case <-after:
			return 0, false
		case received := <-signals:
			if received != syscall.SIGHUP {
				return 128 + int(received.(syscall.Signal)), true
			}
		}
	}
}

// ending is how a server ended: by a wanted signal, for a repair, and whether it had been ready before.
type ending struct {
	code                  int
	wanted, repair, ready bool
}

func (s *store) runOnce(signals <-chan os.Signal) (end ending, err error) {
	command := exec.Command(s.program, s.args...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Start(); err != nil {
		return end, err
	}
	s.hear()
	s.pid.Store(int64(command.Process.Pid))
	defer s.pid.Store(0)
	done := make(chan error, 1)
	go func() { done <- command.Wait() }()
	ticks := time.NewTicker(s.tick)
	defer ticks.Stop()
	for {
		select {
		case err := <-done:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				return end, err
			}
			end.code = exitCode(command.ProcessState)
			return end, nil
		case received := <-signals:
			end.wanted = end.wanted || received != syscall.SIGHUP
			_ = command.Process.Signal(received)
		case <-ticks.C:
			if end.wanted || end.repair || !s.ready() {
				continue
			}
			end.ready = true
			s.hear()
			if end.repair = s.watch(); end.repair {
				report("writes to the write-ahead log have failed: Prometheus starts again, which repairs it")
				_ = command.Process.Signal(syscall.SIGTERM)
				defer time.AfterFunc(maxEnd, func() { _ = command.Process.Kill() }).Stop()
			}
		}
	}
}

func (s *store) hear() {
	now := time.Now()
	s.heard.Store(&now)
}

// alive returns whether the server runs and does not hang.
func (s *store) alive() bool {
	return s.pid.Load() != 0 && time.Since(*s.heard.Load()) < maxSilence
}

func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// watch accepts samples or not by the volume, and returns whether the write-ahead log needs a repair.
//
// A write that fails half-way leaves a torn record, and a later start discards all that was written behind it: so
// nothing is accepted behind one until Prometheus has started again. Rules and the store's own scrapes write, too, and
// do not pass the door.
func (s *store) watch() (repair bool) {
	if s.volume.look().full(s.volume.floor) {
		s.shut("the volume is full")
	}
	if s.open.Load() && time.Since(s.judged) < s.judging {
		return false
	}
	failed, err := s.failedWrites()
	if err != nil {
		return false
	}
	s.judged = time.Now()
	if failed > 0 {
		s.shut("a write to the write-ahead log has failed")
		return s.makeRoom()
	}
	// Well above the floor, so that the door does not flap.
	floor := s.volume.floor
	switch {
	case s.open.Load():
	case !s.volume.take():
		s.explain("the reserve of the volume cannot be kept")
	case s.volume.look().full(floor + floor/2):
		s.explain("the volume is full")
	default:
		s.open.Store(true)
		report("samples are accepted")
	}
	return false
}

// explain keeps why no samples are accepted.
func (s *store) explain(why string) { s.why.Store(&why) }

// makeRoom gives the reserve away where that lets a repair succeed, and returns whether it does.
func (s *store) makeRoom() bool {
	if s.volume.look().free+s.volume.held() < s.volume.floor {
		return false
	}
	s.volume.give()
	return true
}

// shut accepts no samples until watch has judged what is behind it.
func (s *store) shut(why string) {
	if s.open.CompareAndSwap(true, false) {
		s.explain(why)
		report("no samples are accepted: %s", why)
	}
}

func (s *store) ready() bool {
	answer, err := s.client.Get(s.url + "/-/ready")
	if err != nil {
		return false
	}
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// failedWrites returns how many writes to its logs have failed since the server started.
func (s *store) failedWrites() (failed float64, err error) {
	answer, err := s.client.Get(s.url + "/metrics")
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	found := 0
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		name, text, _ := strings.Cut(lines.Text(), " ")
		if !slices.Contains(logFailures, name) {
			continue
		}
		count, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return 0, fmt.Errorf("%s is not a number: %w", name, err)
		}
		failed += count
		found++
	}
	if err := lines.Err(); err != nil {
		return 0, err
	}
	if found < len(logFailures) {
		return 0, fmt.Errorf("one of %s is missing", strings.Join(logFailures, ", "))
	}
	return failed, nil
}
