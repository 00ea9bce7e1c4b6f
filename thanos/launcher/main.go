// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Launcher starts Thanos with its own arguments, and answers probes for it.
//
// Probes come from outside the container. Thanos itself answers them on a port that also serves profiles of the process
// without a login, and therefore listens on localhost only.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// Tests build the launcher with other values.
var (
	program = "/bin/thanos"
	probes  = ":10903"
)

func main() {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	server := &http.Server{Addr: probes, Handler: pages("http://" + address(os.Args[1:])), ReadHeaderTimeout: 5 * time.Second}
	go func() { fail(server.ListenAndServe()) }()
	code, err := run(program, os.Args[1:], signals)
	if err != nil {
		fail(err)
	}
	os.Exit(code)
}

// address returns where Thanos answers HTTP, written as --http-address=host:port.
func address(args []string) string {
	for _, arg := range args {
		if text, found := strings.CutPrefix(arg, "--http-address="); found {
			return text
		}
	}
	return "127.0.0.1:10902"
}

// pages answers probes as Thanos does. A sidecar is not ready while its Prometheus is away, which starting it again
// would not mend: so life is another page.
func pages(thanos string) http.Handler {
	pages := http.NewServeMux()
	client := &http.Client{Timeout: 2 * time.Second}
	for page, asked := range map[string]string{"/{$}": "/-/ready", "/alive": "/-/healthy"} {
		pages.HandleFunc("GET "+page, func(w http.ResponseWriter, _ *http.Request) {
			answer, err := client.Get(thanos + asked)
			if err == nil {
				_ = answer.Body.Close()
			}
			if err != nil || answer.StatusCode != http.StatusOK {
				http.Error(w, "Thanos is not ready, or does not answer", http.StatusServiceUnavailable)
			}
		})
	}
	return pages
}

// run starts a program, passes signals on, and returns its exit code.
func run(program string, args []string, signals <-chan os.Signal) (int, error) {
	command := exec.Command(program, args...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Start(); err != nil {
		return 0, err
	}
	done := make(chan error, 1)
	go func() { done <- command.Wait() }()
	for {
		select {
		case err := <-done:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				return 0, err
			}
			if status, ok := command.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
				return 128 + int(status.Signal()), nil
			}
			return command.ProcessState.ExitCode(), nil
		case received := <-signals:
			_ = command.Process.Signal(received)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "launcher:", err)
	os.Exit(1)
}
