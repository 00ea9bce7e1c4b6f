// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestSamplesPassWhileThereIsRoom(t *testing.T) {
	s := newStand(t)
	if s.post().Code != http.StatusServiceUnavailable || s.get("/", elsewhere).Code != http.StatusServiceUnavailable {
		t.Error("open before there is a server")
	}
	s.begin()
	s.await("the opening", s.open.Load)
	if answer := s.post(); answer.Code != http.StatusNoContent {
		t.Error(answer.Code)
	}
	if code := s.get("/", elsewhere).Code; code != http.StatusOK {
		t.Error("readiness", code)
	}
	if s.volume.held() != s.volume.reserve {
		t.Error("reserve", s.volume.held())
	}
}

func TestAFullVolumeSendsSamplesAwayBeforeTheyReachTheLog(t *testing.T) {
	s := newStand(t)
	s.begin()
	s.await("the opening", s.open.Load)
	s.free.Store(s.volume.floor - 1)
	answer := s.post()
	if answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") != "5" {
		t.Error(answer.Code, answer.Header())
	}
	s.await("the closing", func() bool { return !s.open.Load() })
	if s.get("/", elsewhere).Code != http.StatusServiceUnavailable || s.get("/alive", elsewhere).Code != http.StatusOK {
		t.Error("probes")
	}
	// Just above the floor it stays shut, so that it does not flap.
	s.free.Store(s.volume.floor + 1)
	time.Sleep(10 * s.tick)
	if s.open.Load() {
		t.Error("open just above the floor")
	}
	s.free.Store(mib)
	s.await("the opening", s.open.Load)
	if s.starts() != 1 {
		t.Error("it was started again, though no write had failed")
	}
}

func TestAFailedWriteIsRepairedBeforeMoreIsAccepted(t *testing.T) {
	s := newStand(t)
	s.begin()
	s.await("the opening", s.open.Load)
	s.set("answer", "500")
	s.set("failed.0", "3")
	s.free.Store(0)
	_ = s.post()
	s.await("the second start", func() bool { return s.starts() == 2 })
	s.set("answer", "204")
	if s.post().Code != http.StatusServiceUnavailable {
		t.Error("open on a full volume")
	}
	if s.volume.held() != 0 {
		t.Error("the repair had no reserve")
	}
	s.free.Store(mib)
	s.await("the opening", s.open.Load)
	if s.repaired.Load() != 1 || s.ended.Load() != 0 || s.volume.held() != s.volume.reserve {
		t.Error(s.repaired.Load(), s.ended.Load(), s.volume.held())
	}
}

func TestAFailedWriteThatDidNotPassTheDoorIsRepaired(t *testing.T) {
	for index, name := range logFailures {
		t.Run(name, func(t *testing.T) {
			s := newStand(t)
			s.judging = s.tick
			s.begin()
			s.await("the opening", s.open.Load)
			s.set(fmt.Sprint("failed.", index), "1")
			s.await("the second start", func() bool { return s.starts() == 2 })
			s.await("the opening", s.open.Load)
		})
	}
}

func TestTheLogIsNotAskedAtEveryLook(t *testing.T) {
	s := newStand(t)
	s.judging = time.Hour
	s.begin()
	s.await("the opening", s.open.Load)
	s.set("failed.0", "1")
	time.Sleep(10 * s.tick)
	if !s.open.Load() {
		t.Error("it was asked")
	}
}

func TestAServerThatDoesNotSayWhetherWritesFailedGetsNoSamples(t *testing.T) {
	s := newStand(t)
	if _, err := s.failedWrites(); err == nil {
		t.Error("judged without a server")
	}
	s.begin()
	s.await("the opening", s.open.Load)
	s.set("failed.1", "many")
	s.shut("the test")
	time.Sleep(10 * s.tick)
	if s.open.Load() {
		t.Error("open")
	}
}

func TestAnErrorOfTheServerShutsTheDoorUntilTheLogIsJudged(t *testing.T) {
	s := newStand(t)
	s.tick = time.Hour
	s.begin()
	s.await("the start", s.ready)
	s.watch()
	s.set("answer", "500")
	if code := s.post().Code; code != http.StatusInternalServerError {
		t.Error(code)
	}
	if s.open.Load() {
		t.Error("still open")
	}
	if repair := s.watch(); repair || !s.open.Load() {
		t.Error("shut, though no write to the log had failed")
	}
}

func TestReadinessSaysWhatIsInTheWay(t *testing.T) {
	s := newStand(t)
	s.tick = time.Hour
	s.begin()
	s.await("the start", s.ready)
	says := func(why string) {
		t.Helper()
		answer := s.get("/", elsewhere)
		if answer.Code != http.StatusServiceUnavailable || !strings.Contains(answer.Body.String(), why) {
			t.Error(why, answer.Code, answer.Body.String())
		}
	}
	says("Prometheus has just started")
	s.volume.give()
	s.free.Store(s.volume.floor)
	s.watch()
	says("the reserve of the volume cannot be kept")
	s.free.Store(mib)
	s.watch()
	if code := s.get("/", elsewhere).Code; code != http.StatusOK {
		t.Error(code)
	}
	s.shut("a write has failed")
	says("a write has failed")
	s.free.Store(s.volume.floor)
	s.watch()
	says("the volume is full")
}

func TestAFullVolumeGivesItsReserveToTheStart(t *testing.T) {
	s := newStand(t)
	s.volume.take()
	s.free.Store(0)
	s.begin()
	s.await("the start", s.ready)
	if s.volume.held() != 0 {
		t.Error(s.volume.held())
	}
	if s.open.Load() {
		t.Error("open")
	}
}

func TestAServerThatIsKilledIsStartedAgain(t *testing.T) {
	s := newStand(t)
	s.begin()
	s.await("the opening", s.open.Load)
	text, err := os.ReadFile(filepath.Join(s.folder, "start.0"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.await("the second start", func() bool { return s.starts() == 2 })
	s.await("the opening", s.open.Load)
	if s.ended.Load() != 1 || s.repaired.Load() != 0 {
		t.Error(s.ended.Load(), s.repaired.Load())
	}
}

func TestAReloadGoesToTheServerAlone(t *testing.T) {
	s := newStand(t)
	s.begin()
	s.await("the start", s.ready)
	s.signals <- syscall.SIGHUP
	s.await("the reload", func() bool { _, err := os.Stat(filepath.Join(s.folder, "reloaded")); return err == nil })
	if s.starts() != 1 {
		t.Error("a reload has ended it")
	}
}

func TestAServerThatNeverGetsReadyEndsTheContainer(t *testing.T) {
	s := newStand(t)
	s.set("exit", "3")
	if code := s.run(s.signals); code != 3 {
		t.Error(code)
	}
	if s.starts() != maxFailures || s.ended.Load() != maxFailures {
		t.Error(s.starts(), s.ended.Load())
	}
}

func TestASignalEndsServerAndPause(t *testing.T) {
	s := newStand(t)
	s.begin()
	s.await("the start", s.ready)
	if code := s.end(); code != 0 || s.ready() {
		t.Error(code)
	}
	s = newStand(t)
	s.pause = time.Hour
	s.set("exit", "3")
	s.begin()
	s.await("the pause", func() bool { return s.ended.Load() == 1 })
	if code := s.end(); code != 128+int(syscall.SIGTERM) {
		t.Error(code)
	}
}

func TestWithoutAServerNothingRuns(t *testing.T) {
	s := newStand(t)
	s.program = "/nowhere"
	if code := s.run(s.signals); code != 1 {
		t.Error(code)
	}
}

func TestMetricsAreForSiblings(t *testing.T) {
	s := newStand(t)
	if s.get("/metrics", elsewhere).Code != http.StatusNotFound {
		t.Error("another host reads them")
	}
	text := s.get("/metrics", here).Body.String()
	for _, line := range []string{
		"spcs_launcher_volume_size_bytes 1048576",
		"spcs_launcher_volume_free_bytes 1048576",
		"spcs_launcher_volume_free_inodes 90",
		"spcs_launcher_accepts_samples 0",
		`spcs_launcher_restarts_total{reason="repair"} 0`,
		"# TYPE spcs_launcher_refused_requests_total counter",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("%q is missing in\n%s", line, text)
		}
	}
}

func TestAServerThatHangsIsNotAlive(t *testing.T) {
	s := newStand(t)
	if s.get("/alive", elsewhere).Code != http.StatusServiceUnavailable {
		t.Error("alive before it was started")
	}
	s.set("unready", "1")
	s.begin()
	s.await("the start", func() bool { return s.starts() == 1 })
	if code := s.get("/alive", elsewhere).Code; code != http.StatusOK {
		t.Error("a long start is a hang", code)
	}
	past := time.Now().Add(-maxSilence)
	s.heard.Store(&past)
	if code := s.get("/alive", elsewhere).Code; code != http.StatusServiceUnavailable {
		t.Error("a hang is a long start", code)
	}
	s.set("unready", "")
	s.await("the opening", s.open.Load)
	if code := s.get("/alive", elsewhere).Code; code != http.StatusOK {
		t.Error("it answers again", code)
	}
}
