// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Launcher starts Prometheus inside a service and watches its volume from outside: it gives the data folder to the
// user nobody, becomes that user, starts Prometheus with limits that fit volume and memory, starts it again when it
// ends by itself, and stands between it and its siblings: samples pass while the volume has room, and few queries at
// once.
//
// A block volume belongs to root and a service specification cannot change that; probes come from outside the
// container, where Prometheus itself does not listen.
package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// Tests build the launcher with other values.
var (
	program = "/bin/prometheus"
	// user is nobody, to whom the folder is given.
	user = "65534"
	// probes is where readiness, liveness and metrics are answered.
	probes = ":9091"
	// siblings is where collector and Grafana find the store; Prometheus itself is behind it.
	siblings = "127.0.0.1:9090"
)

const (
	// queue is where the volume is mounted on which samples wait for a central store, if there is one.
	queue = "/queue"
	// collector is the user of the collector's image.
	collector = 10001
)

func main() {
	args := os.Args[1:]
	folder := value(args, "--storage.tsdb.path", "/prometheus")
	id, err := strconv.Atoi(user)
	if err != nil {
		fail(err)
	}
	if err := prepare(folder, id); err != nil {
		fail(err)
	}
	disk, err := openVolume(folder)
	if err != nil {
		fail(err)
	}
	memory := memoryLimit("/proc/self/cgroup", "/sys/fs/cgroup", machineMemory())
	series := number(os.Getenv("SPCS_SERIES"))
	derived := append(limits(disk.retention(), os.Getenv), queryLimits(memory, series)...)
	args = append(args, missing(args, derived)...)
	address := value(args, "--web.listen-address", "127.0.0.1:9092")
	store := newStore(program, args, "http://"+address, disk)
	store.targets = siblingTargets(address, probes, os.Getenv)
	store.memory, store.series = memory, series
	store.most, store.rest = share(memory, mostShare), share(memory, collected)

	serve(probes, store.pages())
	serve(siblings, store.door())
	go store.watchMemory(time.Tick(glance))
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	os.Exit(store.run(signals))
}

func serve(address string, handler http.Handler) {
	server := &http.Server{
		Addr:              address,
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		WriteTimeout:      maxAnswer,
	}
	go func() { fail(server.ListenAndServe()) }()
}

func report(text string, values ...any) {
	fmt.Fprintln(os.Stderr, "launcher:", fmt.Sprintf(text, values...))
}

func fail(err error) {
	report("%v", err)
	os.Exit(1)
}
