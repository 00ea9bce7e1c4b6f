// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// newLibraryLog returns a logger of the scrape library and what it logs at this level.
func newLibraryLog(t *testing.T, level slog.Level) (*slog.Logger, *bytes.Buffer) {
	t.Helper()
	before := log.Writer()
	t.Cleanup(func() { log.SetOutput(before) })
	var lines bytes.Buffer
	return slog.New(newLibraryHandler(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: level}))), &lines
}

func TestTheScrapeLibraryCannotFillTheLog(t *testing.T) {
	library, lines := newLibraryLog(t, slog.LevelInfo)
	jobs := 0
	for _, message := range libraryMessages {
		if message.once {
			continue
		}
		logger := library.With("scrape_pool", "spcs")
		if message.of == target {
			logger = logger.WithGroup("g").With("target", "http://127.0.0.1:9001/metrics")
		}
		for n := range 1000 {
			if message.of == target {
				logger.Log(t.Context(), message.level, message.text, "err", fmt.Sprint("error ", n))
				continue
			}
			logger.Log(t.Context(), message.level, message.text, "err", "the same", "scrape_pool", "spcs")
		}
		if message.of == job && message.level > slog.LevelDebug {
			jobs++
		}
	}
	require.Equal(t, jobs, strings.Count(lines.String(), "\n"), "one line for each message of the job:\n%s", lines)
	require.NotContains(t, lines.String(), "target=")
}

func TestWhatTheScrapeLibraryLogsOfManyTargetsIsBounded(t *testing.T) {
	library, lines := newLibraryLog(t, slog.LevelInfo)
	for n := range 3 * maxLines {
		library.Error("Creating target failed", "err", fmt.Sprint("instance ", n))
	}
	require.Equal(t, maxLines, strings.Count(lines.String(), "\n"))
}

func TestTheScrapeLibraryLogsAllOfTargetsForDebugging(t *testing.T) {
	library, lines := newLibraryLog(t, slog.LevelDebug)
	node := library.With("target", "http://127.0.0.1:9001/metrics")
	for range 100 {
		node.Warn("Append failed", "err", "whatever")
	}
	require.Equal(t, 100, strings.Count(lines.String(), "level=DEBUG"))
}

func TestTheScrapeLibraryLogsAgainAfterAWhile(t *testing.T) {
	library, lines := newLibraryLog(t, slog.LevelInfo)
	now := time.Now()
	for minute := range 60 {
		at := now.Add(time.Duration(minute) * time.Minute)
		record := slog.NewRecord(at, slog.LevelError, "error reloading scrape pool", 0)
		require.NoError(t, library.Handler().Handle(t.Context(), record))
	}
	require.Equal(t, 3, strings.Count(lines.String(), "\n"))
}

// sendMore answers requests with more than the answer announces, until the listener is closed.
func sendMore(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		requests := bufio.NewReader(conn)
		for {
			if _, err := http.ReadRequest(requests); err != nil {
				break
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\na 1\nb 2\n")
		}
		_ = conn.Close()
	}
}

func TestANodeThatSendsMoreThanItAnnouncesCannotFillTheLog(t *testing.T) {
	before := log.Writer()
	defer log.SetOutput(before)
	var others, lines bytes.Buffer
	log.SetOutput(&others)
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo} { // a second receiver takes the place of the first
		newLibraryHandler(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: level}))
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		var running sync.WaitGroup
		running.Go(func() { sendMore(listener) })
		transport := &http.Transport{MaxIdleConns: 1}
		for range 3 {
			answer, err := (&http.Client{Transport: transport}).Get("http://" + listener.Addr().String())
			require.NoError(t, err)
			_, _ = io.Copy(io.Discard, answer.Body)
			require.NoError(t, answer.Body.Close())
		}
		_ = listener.Close()
		running.Wait() // until the client has closed its connections, which it does after it has logged
	}
	log.Print("the end of the program") // also waits for what is being logged
	require.Positive(t, strings.Count(lines.String(), "level=DEBUG"))
	require.LessOrEqual(t, strings.Count(lines.String(), unsolicited), 3, "none where debugging is off")
	require.NotContains(t, others.String(), unsolicited)
	require.Contains(t, others.String(), "the end of the program", "the rest is handed on")
}
