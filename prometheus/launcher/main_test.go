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
)

func TestOwnGivesFolderToUser(t *testing.T) {
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

func TestOwnSkipsFolderOfUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	folder := t.TempDir()
	other := filepath.Join(folder, "kept")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(folder, 4711, 4711); err != nil {
		t.Fatal(err)
	}
	if err := own(folder, 4711); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(other)
	if err != nil {
		t.Fatal(err)
	}
	if uid := info.Sys().(*syscall.Stat_t).Uid; uid != 0 {
		t.Errorf("%s belongs to %d", other, uid)
	}
}

func TestOwnReportsMissingFolder(t *testing.T) {
	if own(filepath.Join(t.TempDir(), "none"), 1) == nil {
		t.Fatal("no error")
	}
}

func TestRetention(t *testing.T) {
	for name, test := range map[string]struct {
		env  map[string]string
		want []string
	}{
		"unset":  {nil, nil},
		"a time": {map[string]string{"SPCS_RETENTION_TIME": "90d"}, []string{"--storage.tsdb.retention.time=90d"}},
		"both": {
			map[string]string{"SPCS_RETENTION_TIME": "90d", "SPCS_RETENTION_SIZE": "5GB"},
			[]string{"--storage.tsdb.retention.time=90d", "--storage.tsdb.retention.size=5GB"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			flags := retention(func(name string) string { return test.env[name] })
			if !slices.Equal(flags, test.want) {
				t.Error(flags)
			}
		})
	}
}

func TestReadinessFollowsServer(t *testing.T) {
	code := http.StatusServiceUnavailable
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
	}))
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

func TestRunReturnsExitCode(t *testing.T) {
	for name, test := range map[string]struct {
		program, script string
		want            int
	}{
		"of the program":    {"/bin/sh", "exit 7", 7},
		"without a program": {"/nowhere", "", 1},
		// The program signals the launcher, which forwards that to the program.
		"after a signal": {"/bin/sh", "kill -TERM $PPID; exec sleep 20", 128 + int(syscall.SIGTERM)},
	} {
		t.Run(name, func(t *testing.T) {
			if code := run(test.program, []string{"-c", test.script}); code != test.want {
				t.Errorf("exit code %d, want %d", code, test.want)
			}
		})
	}
}
