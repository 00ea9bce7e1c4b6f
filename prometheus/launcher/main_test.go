// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

func TestFolderAndAllInItAreGivenToTheUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	folder := t.TempDir()
	inner := filepath.Join(folder, "wal", "00000001")
	if err := os.MkdirAll(filepath.Dir(inner), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(inner, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := own(folder, 4711); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{folder, filepath.Dir(inner), inner} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if uid := info.Sys().(*syscall.Stat_t).Uid; uid != 4711 {
			t.Errorf("%s belongs to %d", path, uid)
		}
	}
}

func TestAFolderThatBelongsToTheUserIsNotWalkedAgain(t *testing.T) {
	folder := t.TempDir()
	other := filepath.Join(folder, "kept")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := own(folder, os.Geteuid()); err != nil {
		t.Fatal(err)
	}
}

func TestAMissingFolderIsAnError(t *testing.T) {
	if own(filepath.Join(t.TempDir(), "none"), 1) == nil {
		t.Fatal("no error")
	}
}

func TestRetentionComesFromTheEnvironment(t *testing.T) {
	env := map[string]string{"SPCS_RETENTION_TIME": "90d"}
	flags := retention(func(name string) string { return env[name] })
	if !slices.Equal(flags, []string{"--storage.tsdb.retention.time=90d"}) {
		t.Fatal(flags)
	}
}

func TestReadinessIsThatOfTheServer(t *testing.T) {
	code := http.StatusServiceUnavailable
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
	probe := readiness(store.URL)
	for _, want := range []int{http.StatusServiceUnavailable, http.StatusOK} {
		code = want
		answer := httptest.NewRecorder()
		probe.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/", nil))
		if answer.Code != want {
			t.Errorf("answered %d, want %d", answer.Code, want)
		}
	}
	store.Close()
	answer := httptest.NewRecorder()
	probe.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/", nil))
	if answer.Code != http.StatusServiceUnavailable {
		t.Errorf("answered %d without a server", answer.Code)
	}
}

func TestExitCodeAndSignalsAreThoseOfTheProgram(t *testing.T) {
	if code := run("/bin/sh", []string{"-c", "exit 7"}); code != 7 {
		t.Errorf("exit code %d", code)
	}
	if code := run("/nowhere", nil); code != 1 {
		t.Errorf("exit code %d of a program that is not there", code)
	}
	go func() {
		time.Sleep(300 * time.Millisecond)
		_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
	}()
	if code := run("/bin/sleep", []string{"20"}); code != 128+int(syscall.SIGTERM) {
		t.Errorf("exit code %d after a signal", code)
	}
}
