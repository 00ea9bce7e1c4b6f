// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

const (
	mib = 1 << 20
	// maxReserve holds a segment of the write-ahead log (128 MiB) and of the log of late samples, each of which a repair
	// writes again in full.
	maxReserve = 256 * mib
	// maxFloor is room for days of what the store writes about itself and its rules, so that alerts still work.
	maxFloor = 256 * mib
	// minInodes is a few dozen times what a block, a segment and a checkpoint need.
	minInodes = 256
)

// room is what a volume has, in bytes and inodes.
type room struct {
	size, free, inodes, freeInodes uint64
}

// volume is the folder of the data, with a file that keeps some of its room in reserve.
type volume struct {
	folder         string
	size           uint64
	floor, reserve uint64
	// stat is statfs, but in tests.
	stat func(string) (room, error)
	// said are the lines about the reserve since it was kept last: it is tried at each look.
	said map[string]bool
}

func openVolume(folder string) (*volume, error) {
	found, err := statfs(folder)
	if err != nil {
		return nil, fmt.Errorf("the size of %s cannot be read: mount a volume there (%w)", folder, err)
	}
	return &volume{
		folder:  folder,
		size:    found.size,
		floor:   min(maxFloor, found.size/20),
		reserve: min(maxReserve, found.size/8),
		stat:    statfs,
	}, nil
}

func statfs(folder string) (room, error) {
	var found syscall.Statfs_t
	if err := syscall.Statfs(folder, &found); err != nil {
		return room{}, err
	}
	block := uint64(found.Bsize)
	return room{found.Blocks * block, uint64(found.Bavail) * block, uint64(found.Files), uint64(found.Ffree)}, nil
}

// retention is how many bytes samples may take: four fifths without the reserve, which leaves room for a compaction.
func (v *volume) retention() uint64 {
	return v.size/5*4 - v.reserve
}

// look returns what there is now. What cannot be read counts as a full volume.
func (v *volume) look() room {
	found, err := v.stat(v.folder)
	if err != nil {
		return room{size: v.size}
	}
	return found
}

// full returns whether less than so many bytes, or too few inodes, are left for samples.
func (r room) full(bytes uint64) bool {
	return r.free < bytes || r.inodes > 0 && r.freeInodes < min(minInodes, r.inodes/20)
}

func (v *volume) file() string {
	return filepath.Join(v.folder, "launcher.reserve")
}

// held returns how many bytes are in reserve.
func (v *volume) held() uint64 {
	info, err := os.Stat(v.file())
	if err != nil {
		return 0
	}
	return uint64(info.Size())
}

// take keeps the reserve where there is room for it above the floor, and returns whether it is kept.
func (v *volume) take() bool {
	if v.held() == v.reserve {
		v.said = nil
		return true
	}
	if v.look().free+v.held() < v.reserve+v.floor {
		return false
	}
	if err := v.fill(); err != nil {
		v.give()
		v.sayOnce("kept", err)
		return false
	}
	return true
}

// fill writes the reserve: a file that was merely lengthened takes no room.
func (v *volume) fill() (err error) {
	file, err := os.OpenFile(v.file(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err = io.CopyN(file, zeros{}, int64(v.reserve)); err != nil {
		return err
	}
	return file.Sync()
}

// give makes the room of the reserve free.
func (v *volume) give() {
	if err := os.Remove(v.file()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		v.sayOnce("given back", err)
	}
}

func (v *volume) sayOnce(what string, err error) {
	line := fmt.Sprintf("the reserve of %s cannot be %s: %v", v.folder, what, err)
	if v.said[line] {
		return
	}
	if v.said == nil {
		v.said = map[string]bool{}
	}
	v.said[line] = true
	report("%s", line)
}

type zeros struct{}

func (zeros) Read(buffer []byte) (int, error) {
	clear(buffer)
	return len(buffer), nil
}
