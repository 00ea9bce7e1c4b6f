// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

const (
	// exportingFailed begins what the collector's library logs of every attempt, of every request that a full queue
	// refuses, and of every request that it drops.
	exportingFailed = "Exporting failed."
	// dropping follows in the last case, which happens by a setting that ends retries.
	dropping = "Dropping data"
	// dropRepeatAfter is when that is logged once more.
	dropRepeatAfter = 20 * time.Minute
)

// helperCore makes the library's lines of attempts and refusals lines for debugging: the sender and the receiver log
// each change of them.
type helperCore struct {
	zapcore.Core
	allows func(message string) bool
}

// quiet returns the logger for the library.
func (s *sender) quiet(logger *zap.Logger) *zap.Logger {
	drops := &dropLines{ending: s.closing.Load}
	return logger.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core { return helperCore{core, drops.allow} }))
}

// Check implements zapcore.Core.
func (c helperCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if strings.HasPrefix(entry.Message, exportingFailed) && !c.allows(entry.Message) {
		entry.Level = zapcore.DebugLevel
	}
	return c.Core.Check(entry, checked)
}

// With implements zapcore.Core.
func (c helperCore) With(fields []zapcore.Field) zapcore.Core {
	c.Core = c.Core.With(fields)
	return c
}

// dropLines allows the line of a dropped request once in a while. At the end of the collector the sender has one line
// for all of them.
type dropLines struct {
	ending func() bool
	mu     sync.Mutex
	at     time.Time
}

func (d *dropLines) allow(message string) bool {
	if !strings.Contains(message, dropping) || d.ending() {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.at.IsZero() && time.Since(d.at) < dropRepeatAfter {
		return false
	}
	d.at = time.Now()
	return true
}
