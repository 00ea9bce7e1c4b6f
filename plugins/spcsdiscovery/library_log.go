// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"bytes"
	"context"
	"io"
	"log"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"
)

const (
	// repeatAfter is when the scrape library may log once more what it logged before.
	repeatAfter = 20 * time.Minute
	// maxLines bounds what it logs of jobs within repeatAfter, however much of it is new.
	maxLines = 100
)

// libraryHandler keeps the scrape library from filling the log. What it logs of a single target is for debugging:
// scrapes logs each node's changes itself. What it logs of a whole job is logged once in a while.
type libraryHandler struct {
	slog.Handler
	ofTarget bool
	recent   *recentLines
}

// newLibraryHandler also takes from the standard logger what net/http logs of connections to targets.
func newLibraryHandler(next slog.Handler) libraryHandler {
	watchStandardLog(next)
	return libraryHandler{Handler: next, recent: &recentLines{at: map[string]time.Time{}}}
}

// Enabled implements slog.Handler.
func (h libraryHandler) Enabled(ctx context.Context, level slog.Level) bool {
	if h.ofTarget {
		level = slog.LevelDebug
	}
	return h.Handler.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h libraryHandler) Handle(ctx context.Context, record slog.Record) error {
	if h.ofTarget {
		record.Level = slog.LevelDebug
	} else if !h.recent.add(record) {
		return nil
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs implements slog.Handler; the logger of a target's loop has an attribute of that name.
func (h libraryHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, attr := range attrs {
		h.ofTarget = h.ofTarget || attr.Key == "target"
	}
	h.Handler = h.Handler.WithAttrs(attrs)
	return h
}

// WithGroup implements slog.Handler.
func (h libraryHandler) WithGroup(name string) slog.Handler {
	h.Handler = h.Handler.WithGroup(name)
	return h
}

// recentLines remembers what was logged when.
type recentLines struct {
	mu sync.Mutex
	at map[string]time.Time
}

// add reports whether the record is new enough to be logged.
func (l *recentLines) add(record slog.Record) bool {
	text := record.Message
	record.Attrs(func(attr slog.Attr) bool { text += " " + attr.String(); return true })
	l.mu.Lock()
	defer l.mu.Unlock()
	if at, known := l.at[text]; known && record.Time.Sub(at) < repeatAfter {
		return false
	}
	if len(l.at) >= maxLines {
		maps.DeleteFunc(l.at, func(_ string, at time.Time) bool { return record.Time.Sub(at) >= repeatAfter })
	}
	if len(l.at) >= maxLines {
		return false
	}
	l.at[text] = record.Time
	return true
}

// unsolicited begins what net/http logs where a target sends more than it announced, which may be at each scrape.
const unsolicited = "Unsolicited response received on idle HTTP channel"

// standardLog hands on what the standard logger writes, except for unsolicited responses, which are for debugging.
type standardLog struct {
	next  io.Writer
	debug slog.Handler
}

// Write implements io.Writer.
func (l standardLog) Write(line []byte) (int, error) {
	if !bytes.Contains(line, []byte(unsolicited)) {
		return l.next.Write(line)
	}
	if l.debug.Enabled(context.Background(), slog.LevelDebug) {
		record := slog.NewRecord(time.Now(), slog.LevelDebug, strings.TrimSpace(string(line)), 0)
		_ = l.debug.Handle(context.Background(), record)
	}
	return len(line), nil
}

// watchStandardLog is for the whole process, as the standard logger is.
func watchStandardLog(debug slog.Handler) {
	next := log.Writer()
	if watched, ok := next.(standardLog); ok {
		next = watched.next
	}
	log.SetOutput(standardLog{next: next, debug: debug})
}
