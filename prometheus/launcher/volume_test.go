// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

const gib = 1 << 30

// newVolume returns a volume of 1 MiB for tests, whose free space they set.
func newVolume(t *testing.T) (*volume, *atomic.Uint64) {
	t.Helper()
	free := &atomic.Uint64{}
	free.Store(mib)
	disk := &volume{folder: t.TempDir(), size: mib, floor: mib / 20, reserve: mib / 8}
	disk.stat = func(string) (room, error) { return room{mib, free.Load(), 100, 90}, nil }
	return disk, free
}

func TestVolumeIsMeasured(t *testing.T) {
	disk, err := openVolume(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if disk.size == 0 || disk.look().size != disk.size || disk.look().free == 0 {
		t.Errorf("%+v, %+v", disk, disk.look())
	}
	if _, err := openVolume("/nowhere"); err == nil {
		t.Error("a folder that is missing has a size")
	}
}

func TestRetentionIsFourFifthsWithoutReserve(t *testing.T) {
	disk := &volume{size: 25 * gib, reserve: maxReserve}
	if bytes := disk.retention(); bytes != 20*gib-256*mib {
		t.Error(bytes)
	}
}

func TestReserveIsWrittenOnceAndGivenBack(t *testing.T) {
	disk, free := newVolume(t)
	if !disk.take() || disk.held() != disk.reserve {
		t.Fatal(disk.held())
	}
	free.Store(0)
	if !disk.take() {
		t.Error("what is held is lost on a full volume")
	}
	disk.give()
	if disk.held() != 0 || disk.take() {
		t.Error("a full volume has room for a reserve")
	}
	disk.give()
}

func TestAReserveThatCannotBeKeptIsOneLineUntilItIs(t *testing.T) {
	v, _ := newVolume(t)
	inside := filepath.Join(v.file(), "x")
	for range 2 {
		if err := os.MkdirAll(inside, 0o700); err != nil {
			t.Fatal(err)
		}
		said := stderr(t, func() {
			for range 5 {
				if v.take() {
					t.Error("kept in the place of a folder")
				}
			}
		})
		if strings.Count(said, "cannot be kept") != 1 || strings.Count(said, "cannot be given back") != 1 {
			t.Error(said)
		}
		if err := os.RemoveAll(v.file()); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second finds it kept, which ends what was said
			if !v.take() {
				t.Error("not kept")
			}
		}
		v.give()
	}
}

// stderr returns what is written there while something runs.
func stderr(t *testing.T, run func()) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stderr
	os.Stderr = file
	run()
	os.Stderr = before
	text, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestReserveLeavesTheFloorFree(t *testing.T) {
	disk, free := newVolume(t)
	free.Store(disk.reserve + disk.floor - 1)
	if disk.take() {
		t.Error("taken")
	}
	free.Add(1)
	if !disk.take() {
		t.Error("not taken")
	}
}

func TestRoomIsFullByBytesOrInodes(t *testing.T) {
	for name, test := range map[string]struct {
		room room
		want bool
	}{
		"room":                          {room{free: 10, inodes: 10_000, freeInodes: 9_000}, false},
		"too few bytes":                 {room{free: 9, inodes: 10_000, freeInodes: 9_000}, true},
		"too few inodes":                {room{free: 10, inodes: 10_000, freeInodes: 200}, true},
		"no inodes are counted":         {room{free: 10}, false},
		"few inodes, most of them free": {room{free: 10, inodes: 100, freeInodes: 90}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if test.room.full(10) != test.want {
				t.Error(test.room)
			}
		})
	}
}

func TestWhatCannotBeReadIsFull(t *testing.T) {
	disk, _ := newVolume(t)
	disk.stat = func(string) (room, error) { return room{}, errors.New("stale handle") }
	if !disk.look().full(1) {
		t.Error(disk.look())
	}
}
