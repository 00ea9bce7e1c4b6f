// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Launcher starts Prometheus inside a service: it gives the data folder to the user nobody, becomes that user, starts
// Prometheus with the retention that the environment sets, and answers the platform's readiness probe.
//
// A block volume belongs to root and a service specification cannot change that; probes come from outside the
// container, where Prometheus itself does not listen.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

const (
	server  = "/bin/prometheus"
	data    = "/prometheus"
	nobody  = 65534
	listens = ":9091"
	ready   = "http://127.0.0.1:9090/-/ready"
)

func main() {
	if err := prepare(data, nobody); err != nil {
		fmt.Fprintln(os.Stderr, "launcher:", err)
		os.Exit(1)
	}
	go func() {
		probe := &http.Server{Addr: listens, Handler: readiness(ready), ReadHeaderTimeout: 5 * time.Second}
		fmt.Fprintln(os.Stderr, "launcher:", probe.ListenAndServe())
	}()
	os.Exit(run(server, append(os.Args[1:], retention(os.Getenv)...)))
}

// prepare gives the folder to the user and becomes that user. It changes nothing for a user other than root.
func prepare(folder string, id int) error {
	if os.Geteuid() != 0 {
		return nil
	}
	if err := own(folder, id); err != nil {
		return fmt.Errorf(
			"%s cannot be given to the user %d: run with the capability CHOWN, or as that user (%w)", folder, id, err)
	}
	if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(id), syscall.Setuid(id)); err != nil {
		return fmt.Errorf(
			"the user %d cannot be taken: run with the capabilities SETUID and SETGID, or as that user (%w)", id, err)
	}
	return nil
}

// own gives a folder and everything in it to the user, unless the folder itself belongs to that user already.
func own(folder string, id int) error {
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) == id {
		return nil
	}
	// The folder itself comes last, so that the next start begins again after an interruption.
	err = filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || path == folder {
			return err
		}
		return os.Lchown(path, id, id)
	})
	return errors.Join(err, os.Chown(folder, id, id))
}

// retention returns the flags for the limits that the environment sets.
func retention(env func(string) string) []string {
	var flags []string
	for _, limit := range []struct{ flag, name string }{
		{"--storage.tsdb.retention.time", "SPCS_RETENTION_TIME"},
		{"--storage.tsdb.retention.size", "SPCS_RETENTION_SIZE"},
	} {
		if value := env(limit.name); value != "" {
			flags = append(flags, limit.flag+"="+value)
		}
	}
	return flags
}

// readiness answers with the status of url, and with 503 while that is unavailable.
func readiness(url string) http.Handler {
	client := &http.Client{Timeout: 2 * time.Second}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer, err := client.Get(url)
		if err != nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		_ = answer.Body.Close()
		w.WriteHeader(answer.StatusCode)
	})
}

// run starts a program, forwards signals to it, and returns its exit code.
func run(program string, args []string) int {
	command := exec.Command(program, args...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	if err := command.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "launcher:", err)
		return 1
	}
	go func() {
		for received := range signals {
			_ = command.Process.Signal(received)
		}
	}()
	if err := command.Wait(); err != nil && command.ProcessState == nil {
		fmt.Fprintln(os.Stderr, "launcher:", err)
		return 1
	}
	if status, ok := command.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return command.ProcessState.ExitCode()
}
