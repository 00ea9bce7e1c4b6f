// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheScrapeLibraryCannotFillTheLog(t *testing.T) {
	for _, level := range []slog.Level{slog.LevelInfo, slog.LevelDebug} {
		var log bytes.Buffer
		library := slog.New(newLibraryHandler(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level})))
		node := library.With("scrape_pool", "spcs").WithGroup("g").With("target", "http://127.0.0.1:9001/metrics")
		for range 1000 {
			node.Warn("Append failed", "err", "whatever")
			library.Error("Creating target failed", "err", "no address")
		}
		for i := range 300 {
			library.Error("Another one", "number", fmt.Sprint(i))
		}
		lines := strings.Count(log.String(), "\n")
		if level == slog.LevelInfo {
			require.Equal(t, maxTold, lines, "a line of the job, and what is new, within a bound")
			require.NotContains(t, log.String(), "Append failed")
		} else {
			require.Equal(t, 1000+maxTold, lines, "for debugging all that is said of nodes is there")
			require.NotContains(t, log.String(), "level=WARN")
		}
	}
}
