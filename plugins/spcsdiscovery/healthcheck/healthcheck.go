// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package healthcheck reports whether the collector of the same container is ready, for images that lack a shell.
package healthcheck

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

const (
	address = "127.0.0.1:13133"
	timeout = 3 * time.Second
)

// Main is the program: it exits with 0 when the collector is ready.
func Main() {
	if err := check(address); err != nil {
		fmt.Fprintf(os.Stderr, "healthcheck: the collector is not ready: %v\n", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// check speaks HTTP/1.0 by hand, so that it starts as little as it can.
func check(address string) error {
	conn, err := net.DialTimeout("tcp", address, timeout)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	if _, err := fmt.Fprint(conn, "GET / HTTP/1.0\r\n\r\n"); err != nil {
		return err
	}
	status, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	if !strings.Contains(status, " 200 ") {
		return fmt.Errorf("it answered %q", strings.TrimSpace(status))
	}
	return nil
}
