// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// value returns what a flag is set to, written as --flag=value.
func value(args []string, flag, otherwise string) string {
	for _, arg := range args {
		if text, found := strings.CutPrefix(arg, flag+"="); found {
			return text
		}
	}
	return otherwise
}

// missing returns the flags that the arguments do not have, which Prometheus would not take twice.
func missing(args, flags []string) []string {
	var kept []string
	for _, flag := range flags {
		if name, _, _ := strings.Cut(flag, "="); value(args, name, "") == "" {
			kept = append(kept, flag)
		}
	}
	return kept
}

// Measured on Prometheus 3.16 with 57,000 series in memory (docs/performance.md).
const (
	baseBytes       = 60 * mib
	headSeriesBytes = 5_300
	// What a query holds at its worst, when it returns what it reads: a sample twice and as text, and each series' labels.
	sampleBytes       = 136
	resultSeriesBytes = 2_000
	// rulesQueries is how many queries of rules are computed beside those of siblings.
	rulesQueries = 2
	leastSamples = 100_000
	queryTimeout = "1m"
	// ownSeries is how many times more series there are than nodes publish: those of rules and of the stack itself, too.
	ownSeries = 1.15
	// usable leaves room for what is garbage already.
	usable = 0.85
	// Of the container's limit: where garbage is collected without pause, and where queries are ended, which are counted
	// too low where they read many series of a long history.
	collected = 0.8
	mostShare = 0.88
)

// limits returns the flags that bound history, by the environment and the volume.
func limits(retention uint64, env func(string) string) []string {
	flags := []string{"--storage.tsdb.retention.size=" + strconv.FormatUint(retention, 10) + "B"}
	if size := env("SPCS_RETENTION_SIZE"); size != "" {
		flags[0] = "--storage.tsdb.retention.size=" + size
	}
	if time := env("SPCS_RETENTION_TIME"); time != "" {
		flags = append(flags, "--storage.tsdb.retention.time="+time)
	}
	return flags
}

// queryLimits returns the flags that keep the worst queries together within the memory of the container, beside so many
// series that nodes publish; where their number is not known, they are to take two fifths of it.
func queryLimits(memory, series uint64) []string {
	budget := float64(memory) * usable
	head := float64(series) * ownSeries
	if series == 0 {
		head = max(0, (float64(memory)*0.4-baseBytes)/headSeriesBytes)
	}
	each := (budget-baseBytes-head*headSeriesBytes)/maxReads - head*resultSeriesBytes
	samples := strconv.FormatFloat(max(leastSamples, math.Floor(each/sampleBytes)), 'f', 0, 64)
	return []string{
		"--query.max-samples=" + samples,
		"--query.max-concurrency=" + strconv.Itoa(maxReads+rulesQueries),
		"--query.timeout=" + queryTimeout,
		"--storage.remote.read-sample-limit=" + samples,
		"--storage.remote.read-concurrent-limit=1",
		"--auto-gomemlimit.ratio=" + strconv.FormatFloat(collected, 'f', -1, 64),
	}
}

func share(memory uint64, part float64) uint64 {
	return uint64(float64(memory) * part)
}

// number returns a variable's value, and 0 where it holds none.
func number(text string) uint64 {
	value, err := strconv.ParseUint(text, 10, 63)
	if err != nil && text != "" {
		report("SPCS_SERIES is %q, which is not a number of series: it is ignored", text)
	}
	return value
}

// memoryLimit returns the least of the machine's memory and the limits of the cgroups that this process is in. A limit
// that a runtime hides thus still leaves queries with one.
func memoryLimit(membership, mount string, machine uint64) uint64 {
	text, _ := os.ReadFile(membership)
	least := machine
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		parts := strings.SplitN(line, ":", 3)
		if len(parts) != 3 {
			continue
		}
		// In a container the path of the host is not there, but its own group is the top.
		for _, path := range []string{parts[2], "/"} {
			for _, file := range []string{
				filepath.Join(mount, path, "memory.max"),
				filepath.Join(mount, "memory", path, "memory.limit_in_bytes"),
			} {
				if limit, err := readLimit(file); err == nil {
					least = min(least, limit)
				}
			}
		}
	}
	return least
}

// machineMemory returns the memory of the machine; 0 where it cannot be read.
func machineMemory() uint64 {
	var found syscall.Sysinfo_t
	if err := syscall.Sysinfo(&found); err != nil {
		return 0
	}
	return uint64(found.Totalram) * uint64(found.Unit)
}

func readLimit(file string) (uint64, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	limit, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s holds no number: %w", file, err)
	}
	return limit, nil
}
