// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestOwnGivesFolderToUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	folder := t.TempDir()
	inner := filepath.Join(folder, "wal", "00000001")
	if err := os.MkdirAll(filepath.Dir(inner), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(inner, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := own(folder, 4711); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{folder, filepath.Dir(inner), inner} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if uid := info.Sys().(*syscall.Stat_t).Uid; uid != 4711 {
			t.Errorf("%s belongs to %d", path, uid)
		}
	}
}

func TestOwnSkipsFolderOfUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	folder := t.TempDir()
	other := filepath.Join(folder, "kept")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(folder, 4711, 4711); err != nil {
		t.Fatal(err)
	}
	if err := own(folder, 4711); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(other)
	if err != nil {
		t.Fatal(err)
	}
	if uid := info.Sys().(*syscall.Stat_t).Uid; uid != 0 {
		t.Errorf("%s belongs to %d", other, uid)
	}
}

func TestOwnReportsMissingFolder(t *testing.T) {
	if own(filepath.Join(t.TempDir(), "none"), 1) == nil {
		t.Fatal("no error")
	}
}

// A folder that is immutable in the middle of the walk cannot be had everywhere, so a read-only mount stands for it.
func TestOwnLeavesFolderToItsOwnerWhenWalkFails(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	folder := t.TempDir()
	mounted := filepath.Join(folder, "wal")
	if err := os.Mkdir(mounted, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", mounted, "tmpfs", syscall.MS_RDONLY, "size=64k"); err != nil {
		t.Skip("needs to mount: ", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(mounted, 0) })
	if err := own(folder, 4711); !errors.Is(err, syscall.EROFS) {
		t.Fatal(err)
	}
	info, err := os.Stat(folder)
	if err != nil {
		t.Fatal(err)
	}
	if uid := info.Sys().(*syscall.Stat_t).Uid; uid != 0 {
		t.Errorf("the next start would skip the rest: the folder belongs to %d", uid)
	}
}

func TestRemedyFollowsError(t *testing.T) {
	for want, err := range map[string]error{
		"it is mounted read-only, so mount it writable":  &os.PathError{Op: "chown", Err: syscall.EROFS},
		"mount a volume there":                           &os.PathError{Op: "stat", Err: syscall.ENOENT},
		"run with the capability CHOWN, or as that user": &os.PathError{Op: "lchown", Err: syscall.EPERM},
	} {
		if found := remedy(err); found != want {
			t.Errorf("%v: %s", err, found)
		}
	}
}

func TestTheQueueIsGivenToTheCollectorWhereThereIsOne(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	folder := t.TempDir()
	giveQueue(folder, 4711)
	info, err := os.Stat(folder)
	if err != nil {
		t.Fatal(err)
	}
	if uid := info.Sys().(*syscall.Stat_t).Uid; uid != 4711 {
		t.Errorf("%s belongs to %d", folder, uid)
	}
	giveQueue(filepath.Join(folder, "missing"), 4711)
}
