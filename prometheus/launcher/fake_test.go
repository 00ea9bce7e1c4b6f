// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// The test binary is the server, too: with this variable it listens there instead of testing.
const fakeAddress = "LAUNCHER_TEST_ADDRESS"

func TestMain(m *testing.M) {
	if address := os.Getenv(fakeAddress); address != "" {
		os.Exit(serveFake(address, os.Getenv("LAUNCHER_TEST_FOLDER")))
	}
	os.Exit(m.Run())
}

// serveFake answers as Prometheus does: files of the folder say how many writes have failed since the start, what a
// write is answered with, and whether it is ready; a file for each start is left behind.
func serveFake(address, folder string) int {
	starts, _ := filepath.Glob(filepath.Join(folder, "start.*"))
	_ = os.WriteFile(filepath.Join(folder, fmt.Sprintf("start.%d", len(starts))), []byte(strconv.Itoa(os.Getpid())), 0o600)
	read := func(name, otherwise string) string {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return otherwise
		}
		return strings.TrimSpace(string(text))
	}
	if code, err := strconv.Atoi(read("exit", "")); err == nil {
		return code
	}
	// A start repairs.
	for index := range logFailures {
		_ = os.Remove(filepath.Join(folder, fmt.Sprint("failed.", index)))
	}
	pages := http.NewServeMux()
	pages.HandleFunc("/-/ready", func(w http.ResponseWriter, _ *http.Request) {
		if read("unready", "") != "" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	pages.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) {
		for index, name := range logFailures {
			fmt.Fprintf(w, "# TYPE %s counter\n%s %s\n", name, name, read(fmt.Sprint("failed.", index), "0"))
		}
	})
	pages.HandleFunc("/api/v1/write", func(w http.ResponseWriter, _ *http.Request) {
		code, _ := strconv.Atoi(read("answer", "204"))
		w.WriteHeader(code)
	})
	// As Prometheus does: whoever finds it ready may send it a signal.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGHUP)
	go func() { _ = http.ListenAndServe(address, pages) }()
	for received := range signals {
		if received == syscall.SIGTERM {
			break
		}
		_ = os.WriteFile(filepath.Join(folder, "reloaded"), nil, 0o600)
	}
	return 0
}
