// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"
)

// tellAgain is when the scrape library may say once more what it said before.
const tellAgain = 20 * time.Minute

// libraryHandler keeps the scrape library from filling the log. What it says of a single target is for debugging:
// scrapes tells each node's changes itself. What it says of a whole job is told once in a while.
type libraryHandler struct {
	slog.Handler
	ofTarget bool
	told     *told
}

func newLibraryHandler(next slog.Handler) libraryHandler {
	return libraryHandler{Handler: next, told: &told{at: map[string]time.Time{}}}
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
	} else if !h.told.first(record) {
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

// told knows what was said when.
type told struct {
	mu sync.Mutex
	at map[string]time.Time
}

// maxTold bounds what is told within tellAgain, however much of it is new.
const maxTold = 100

func (t *told) first(record slog.Record) bool {
	text := record.Message
	record.Attrs(func(attr slog.Attr) bool { text += " " + attr.String(); return true })
	t.mu.Lock()
	defer t.mu.Unlock()
	if at, known := t.at[text]; known && record.Time.Sub(at) < tellAgain {
		return false
	}
	if len(t.at) >= maxTold {
		maps.DeleteFunc(t.at, func(_ string, at time.Time) bool { return record.Time.Sub(at) >= tellAgain })
	}
	if len(t.at) >= maxTold {
		return false
	}
	t.at[text] = record.Time
	return true
}
