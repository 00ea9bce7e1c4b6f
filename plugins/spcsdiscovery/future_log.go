// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"log/slog"
	"strings"
)

// futureWords are in the line with which the scrape library counts the samples of a scrape that it refuses because
// their times are more than ten minutes ahead. It counts them for one target nowhere else.
const futureWords = "too far into the future"

// futureHandler calls see with the target's URL and the number of samples when the scrape library logs that some are of
// the future.
type futureHandler struct {
	slog.Handler
	target string
	see    func(target string, samples int)
}

// Enabled implements slog.Handler.
func (h futureHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.target != "" && level >= slog.LevelWarn || h.Handler.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (h futureHandler) Handle(ctx context.Context, record slog.Record) error {
	if h.target != "" && strings.Contains(record.Message, futureWords) {
		record.Attrs(func(attr slog.Attr) bool {
			if attr.Value.Kind() == slog.KindInt64 {
				h.see(h.target, int(attr.Value.Int64()))
			}
			return true
		})
	}
	if !h.Handler.Enabled(ctx, record.Level) {
		return nil
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs implements slog.Handler; the logger of a target's loop has an attribute of that name.
func (h futureHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, attr := range attrs {
		if attr.Key == "target" {
			h.target = attr.Value.String()
		}
	}
	h.Handler = h.Handler.WithAttrs(attrs)
	return h
}

// WithGroup implements slog.Handler.
func (h futureHandler) WithGroup(name string) slog.Handler {
	h.Handler = h.Handler.WithGroup(name)
	return h
}
