// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// prepare gives the folder to the user and becomes that user. It changes nothing for a user other than root.
func prepare(folder string, id int) error {
	if os.Geteuid() != 0 {
		return nil
	}
	giveQueue(queue, collector)
	if err := own(folder, id); err != nil {
		return fmt.Errorf("%s cannot be given to the user %d: %s (%w)", folder, id, remedy(err), err)
	}
	if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(id), syscall.Setuid(id)); err != nil {
		return fmt.Errorf(
			"the user %d cannot be taken: run with the capabilities SETUID and SETGID, or as that user (%w)", id, err)
	}
	return nil
}

// giveQueue gives the volume of the collector's queue, where one is mounted, to the collector, whose image is never root.
// A failure costs the copies that wait there and not the store: the collector says what it cannot write.
func giveQueue(folder string, id int) {
	if err := own(folder, id); err != nil && !errors.Is(err, fs.ErrNotExist) {
		report("%s cannot be given to the user %d, so that no copy waits there: %s (%v)", folder, id, remedy(err), err)
	}
}

func remedy(err error) string {
	switch {
	case errors.Is(err, syscall.EROFS):
		return "it is mounted read-only, so mount it writable"
	case errors.Is(err, fs.ErrNotExist):
		return "mount a volume there"
	}
	return "run with the capability CHOWN, or as that user"
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
	err = filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || path == folder {
			return err
		}
		return os.Lchown(path, id, id)
	})
	if err != nil {
		return err
	}
	// The folder itself comes last, so that the next start begins again after an interruption.
	return os.Chown(folder, id, id)
}
