// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestRetentionFollowsVolumeUnlessSet(t *testing.T) {
	for name, test := range map[string]struct {
		env  map[string]string
		want []string
	}{
		"nothing set": {nil, []string{"--storage.tsdb.retention.size=1000B"}},
		"a time": {
			map[string]string{"SPCS_RETENTION_TIME": "90d"},
			[]string{"--storage.tsdb.retention.size=1000B", "--storage.tsdb.retention.time=90d"},
		},
		"both": {
			map[string]string{"SPCS_RETENTION_TIME": "90d", "SPCS_RETENTION_SIZE": "5GB"},
			[]string{"--storage.tsdb.retention.size=5GB", "--storage.tsdb.retention.time=90d"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if flags := limits(1000, func(name string) string { return test.env[name] }); !slices.Equal(flags, test.want) {
				t.Error(flags)
			}
		})
	}
}

func TestFlagsOfTheCommandLineWin(t *testing.T) {
	args := []string{"--query.timeout=5s", "--web.listen-address=127.0.0.1:9090"}
	kept := missing(args, []string{"--query.timeout=30s", "--query.max-samples=1"})
	if !slices.Equal(kept, []string{"--query.max-samples=1"}) {
		t.Error(kept)
	}
	if value(args, "--web.listen-address", "") != "127.0.0.1:9090" || value(args, "--web", "none") != "none" {
		t.Error("a flag is taken for another")
	}
}

func TestQueriesFitBesideTheSeries(t *testing.T) {
	for name, test := range map[string]struct {
		memory, series uint64
		want           string
	}{
		"sized":                      {2 * gib, 44_000, "--query.max-samples=4749509"},
		"more series, less samples":  {2 * gib, 150_000, "--query.max-samples=581604"},
		"without a number of series": {2 * gib, 0, "--query.max-samples=1343946"},
		"hardly any memory":          {gib / 16, 0, "--query.max-samples=100000"},
	} {
		t.Run(name, func(t *testing.T) {
			flags := queryLimits(test.memory, test.series)
			if flags[0] != test.want || flags[1] != "--query.max-concurrency=4" {
				t.Error(flags)
			}
		})
	}
}

func TestSeriesAreANumber(t *testing.T) {
	for text, want := range map[string]uint64{"": 0, "44000": 44_000, "many": 0, "-1": 0} {
		if found := number(text); found != want {
			t.Errorf("%q: %d", text, found)
		}
	}
}

func TestMemoryLimitIsTheLeastOfItsGroups(t *testing.T) {
	const v1 = "4:memory:/pod/one\n1:cpu:/\n0::/\n"
	for name, test := range map[string]struct {
		membership string
		files      map[string]string
		want       uint64
	}{
		"version 2":                   {"0::/pod\n", map[string]string{"pod/memory.max": "2147483648\n"}, 2 * gib},
		"version 2, no limit":         {"0::/pod\n", map[string]string{"pod/memory.max": "max\n"}, 8 * gib},
		"version 2, in a container":   {"0::/\n", map[string]string{"memory.max": "1073741824\n"}, gib},
		"version 1":                   {v1, map[string]string{"memory/pod/one/memory.limit_in_bytes": "1073741824\n"}, gib},
		"version 1, path of the host": {v1, map[string]string{"memory/memory.limit_in_bytes": "1073741824\n"}, gib},
		"version 1, no limit":         {v1, map[string]string{"memory/memory.limit_in_bytes": "9223372036854771712\n"}, 8 * gib},
		"the outer one is less": {
			"0::/pod\n", map[string]string{"pod/memory.max": "2147483648\n", "memory.max": "1073741824\n"}, gib,
		},
		"no groups": {"", nil, 8 * gib},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for file, text := range test.files {
				write(t, filepath.Join(folder, file), text)
			}
			write(t, filepath.Join(folder, "membership"), test.membership)
			if limit := memoryLimit(filepath.Join(folder, "membership"), folder, 8*gib); limit != test.want {
				t.Error(limit)
			}
		})
	}
}

func TestTheMachineHasMemory(t *testing.T) {
	if machineMemory() < gib/8 {
		t.Error(machineMemory())
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
