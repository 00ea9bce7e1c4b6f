// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// subject is what a message of the scrape library is about.
type subject string

const (
	target subject = "target"
	job    subject = "job"
)

// libraryMessage is a line that the scrape library may log.
type libraryMessage struct {
	file  string
	level slog.Level
	of    subject
	text  string
	// once is set where it is logged at most once for each configuration, when that is applied.
	once bool
}

const (
	debug, warn, failed = slog.LevelDebug, slog.LevelWarn, slog.LevelError
)

var libraryMessages = []libraryMessage{
	{"discovery/manager.go", debug, job, "Discoverer channel closed", false},
	{"discovery/manager.go", debug, job, "Discovery receiver's channel was full so will retry the next cycle", false},
	{"discovery/manager.go", debug, job, "Starting provider", false},
	{"discovery/manager.go", failed, job, "Cannot create service discovery", true},
	{"discovery/manager.go", failed, job, "Failed to create discovery manager metrics", true},
	{
		"discovery/manager.go", failed, job,
		"Failed to create discovery manager: sdMetrics.RefreshManager must be set", true,
	},
	{
		"scrape/manager.go", failed, job,
		"No logger found. This is a bug in Prometheus that should be reported upstream.", false,
	},
	{"scrape/manager.go", failed, job, "error creating new scrape pool", false},
	{"scrape/manager.go", failed, job, "error reloading scrape pool", false},
	{"scrape/manager.go", failed, job, "error reloading target set", false},
	{"scrape/scrape.go", debug, target, "Append failed", false},
	{"scrape/scrape.go", debug, target, "Duplicate sample for timestamp", false},
	{"scrape/scrape.go", debug, target, "Error when appending ST in scrape loop", false},
	{"scrape/scrape.go", debug, target, "Error when appending metadata in addReportSample", false},
	{"scrape/scrape.go", debug, target, "Error when appending metadata in scrape loop", false},
	{"scrape/scrape.go", debug, target, "Error while adding exemplar in AddExemplar", false},
	{"scrape/scrape.go", debug, target, "Invalid content type on scrape, using fallback setting.", false},
	{"scrape/scrape.go", debug, target, "Out of bounds metric", false},
	{"scrape/scrape.go", debug, target, "Out of order exemplars", false},
	{"scrape/scrape.go", debug, target, "Out of order sample", false},
	{"scrape/scrape.go", debug, target, "Scrape failed", false},
	{"scrape/scrape.go", debug, target, "Unexpected error", false},
	{"scrape/scrape.go", debug, target, "Using zstd-compressed scrape response", false},
	{"scrape/scrape.go", failed, job, "Creating target failed", false},
	{"scrape/scrape.go", failed, job, "Failed to create unix socket scrape client", false},
	{"scrape/scrape.go", failed, target, "Failed to determine correct type of scrape target.", false},
	{"scrape/scrape.go", failed, target, "Scrape commit failed", false},
	{"scrape/scrape.go", warn, target, "Append failed", false},
	{"scrape/scrape.go", warn, target, "Appending scrape report failed", false},
	{"scrape/scrape.go", warn, target, "Error on ingesting out-of-order exemplars", false},
	{"scrape/scrape.go", warn, target, "Error on ingesting out-of-order samples", false},
	{
		"scrape/scrape.go", warn, target,
		"Error on ingesting samples that are too old or are too far into the future", false,
	},
	{"scrape/scrape.go", warn, target, "Error on ingesting samples with different value but same timestamp", false},
	{"scrape/scrape.go", warn, target, "Stale append failed", false},
	{"scrape/scrape.go", warn, target, "Stale commit failed", false},
	{"scrape/scrape.go", warn, target, "Stale report failed", false},
	{"scrape/scrape_append_v2.go", debug, target, "Invalid content type on scrape, using fallback setting.", false},
	{"scrape/scrape_append_v2.go", debug, target, "Unexpected error", false},
	{"scrape/scrape_append_v2.go", failed, target, "Failed to determine correct type of scrape target.", false},
	{"scrape/scrape_append_v2.go", warn, target, "Error on ingesting out-of-order exemplars", false},
	{"scrape/scrape_append_v2.go", warn, target, "Error on ingesting out-of-order samples", false},
	{
		"scrape/scrape_append_v2.go", warn, target,
		"Error on ingesting samples that are too old or are too far into the future", false,
	},
	{
		"scrape/scrape_append_v2.go", warn, target,
		"Error on ingesting samples with different value but same timestamp", false,
	},
}

// loggers are the receivers of the library's calls, with what their lines are about.
var loggers = map[string]subject{"sl.l": target, "s.logger": target, "sp.logger": job, "m.logger": job, "logger": job}

var levels = map[string]slog.Level{"Debug": debug, "Info": slog.LevelInfo, "Warn": warn, "Error": failed}

// applied are the functions that run when a configuration is applied.
var applied = []string{"NewManager", "registerProviders"}

// folderOf asks the go command for the folder of a module or a package.
func folderOf(t *testing.T, words ...string) string {
	t.Helper()
	folder, err := exec.Command("go", append([]string{"list", "-f", "{{.Dir}}"}, words...)...).Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(folder))
}

// messagesOf returns the lines that the functions of a Go file may log.
func messagesOf(t *testing.T, folder, file string) (found []libraryMessage) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(folder, file), nil, 0)
	require.NoError(t, err)
	for _, declared := range parsed.Decls {
		function, ok := declared.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(function, func(node ast.Node) bool {
			if message, ok := messageOf(t, node); ok {
				message.file, message.once = file, slices.Contains(applied, function.Name.Name)
				found = append(found, message)
			}
			return true
		})
	}
	return found
}

func messageOf(t *testing.T, node ast.Node) (libraryMessage, bool) {
	t.Helper()
	call, ok := node.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return libraryMessage{}, false
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return libraryMessage{}, false
	}
	level, ok := levels[strings.TrimSuffix(method.Sel.Name, "Context")]
	text, constant := call.Args[0].(*ast.BasicLit)
	if !ok || !constant || text.Kind != token.STRING {
		return libraryMessage{}, false
	}
	receiver := written(method.X)
	of, known := loggers[receiver]
	require.True(t, known, "a logger of another name: %s", receiver)
	words, err := strconv.Unquote(text.Value)
	require.NoError(t, err)
	return libraryMessage{level: level, of: of, text: words}, true
}

// written returns an expression of names as it stands in the source.
func written(expression ast.Expr) string {
	switch expression := expression.(type) {
	case *ast.Ident:
		return expression.Name
	case *ast.SelectorExpr:
		return written(expression.X) + "." + expression.Sel.Name
	default:
		return fmt.Sprintf("%T", expression)
	}
}

func TestTheTableHasEveryMessageOfTheScrapeLibrary(t *testing.T) {
	folder := folderOf(t, "-m", "github.com/prometheus/prometheus")
	found := map[libraryMessage]struct{}{}
	for _, part := range []string{"scrape", "discovery"} {
		files, err := filepath.Glob(filepath.Join(folder, part, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, message := range messagesOf(t, folder, filepath.Join(part, filepath.Base(file))) {
				found[message] = struct{}{}
			}
		}
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(found)), libraryMessages)
}

// The manager of discoveries hands its logger to the discovery, which bounds its lines itself.
func TestTheManagerOfDiscoveriesLogsOnlyForDebuggingOnceItRuns(t *testing.T) {
	for _, message := range libraryMessages {
		if strings.HasPrefix(message.file, "discovery/") {
			require.True(t, message.once || message.level == debug, message.text)
		}
	}
}

func TestNetHTTPLogsNothingElseOfConnections(t *testing.T) {
	source := filepath.Join(folderOf(t, "net/http"), "transport.go")
	parsed, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
	require.NoError(t, err)
	var found []string
	ast.Inspect(parsed, func(node ast.Node) bool {
		if call, ok := node.(*ast.CallExpr); ok && written(call.Fun) == "log.Printf" {
			found = append(found, call.Args[0].(*ast.BasicLit).Value)
		}
		return true
	})
	require.Len(t, found, 2)
	require.Contains(t, found[0], "Error enabling Transport HTTP/2 support", "once for each transport")
	require.Contains(t, found[1], unsolicited)
}
