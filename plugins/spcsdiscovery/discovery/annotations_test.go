// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseComment(t *testing.T) {
	plainly := annotations{scrape: true, port: 8000}
	for comment, want := range map[string]annotations{
		"":                          {},
		"Chat model of the AI team": {},
		"Chat model. prometheus.io/scrape=true prometheus.io/port=8000":                 plainly,
		"prometheus.io/port=8000,prometheus.io/scrape=TRUE":                             plainly,
		"(prometheus.io/scrape='true'; prometheus.io/port=\"8000\").":                   plainly,
		"Prometheus.IO/Scrape=True\nprometheus.io/PORT=8000":                            plainly,
		"prometheus.io/scrape=true prometheus.io/scrape=true prometheus.io/port=8000":   plainly,
		"prometheus.io/scrape=true":                                                     {scrape: true},
		"prometheus.io/scrape=true prometheus.io/scheme=http":                           {scrape: true},
		"prometheus.io/scrape=true prometheus.io/port=65535 prometheus.io/path=/a/b-c.": {scrape: true, port: 65535, path: "/a/b-c"},
		"prometheus.io/scrape=true prometheus.io/interval=5s prometheus.io/":            {scrape: true},
		"prometheus.io/scrape=false prometheus.io/port=none":                            {},
		"prometheus.io/port=none":                                                       {},
		"xprometheus.io/scrape=true":                                                    {},
		"see https://prometheus.io/scrape=true":                                         {},
	} {
		got, err := parseComment(comment)
		require.NoError(t, err, comment)
		require.Equal(t, want, got, comment)
	}
}

func TestParseCommentExplainsWordsThatMeanNothing(t *testing.T) {
	for comment, want := range map[string]string{
		"prometheus.io/scrape":                                      "prometheus.io/scrape without a value",
		"prometheus.io/scrape: true":                                "prometheus.io/scrape without a value",
		"prometheus.io/scrape=yes":                                  "prometheus.io/scrape=yes: write true or false",
		"prometheus.io/scrape=true prometheus.io/scrape=false":      "prometheus.io/scrape twice",
		optIn + " prometheus.io/port=8001":                          "prometheus.io/port twice, with the values 8000 and 8001",
		"prometheus.io/scrape=true prometheus.io/port=0":            "prometheus.io/port=0: write a TCP port",
		"prometheus.io/scrape=true prometheus.io/port=080":          "prometheus.io/port=080: write a TCP port",
		"prometheus.io/scrape=true prometheus.io/port=+8":           "prometheus.io/port=+8: write a TCP port",
		"prometheus.io/scrape=true prometheus.io/port=65536":        "prometheus.io/port=65536: write a TCP port",
		"prometheus.io/scrape=true prometheus.io/port=":             "prometheus.io/port without a value",
		optIn + " prometheus.io/path=metrics":                       "prometheus.io/path=metrics: write a path",
		optIn + " prometheus.io/path=/m?x=1":                        "prometheus.io/path=/m?x=1: write a path",
		optIn + " prometheus.io/path=/%2e":                          "prometheus.io/path=/%2e: write a path",
		optIn + " prometheus.io/path=//" + strings.Repeat("m", 200): "write a path",
		optIn + " prometheus.io/scheme=https":                       "asks for the scheme https, and applications are scraped by plain HTTP",
		"prometheus.io/scrape=tr\x1bue":                             "prometheus.io/scrape=tr: write true or false",
		"prometheus.io/scrape=tr\u202eue":                           `prometheus.io/scrape=tr\u202eue`,
	} {
		got, err := parseComment(comment)
		require.ErrorContains(t, err, want, comment)
		require.Equal(t, annotations{}, got)
		require.NotContains(t, err.Error(), "\n")
	}
}

func TestParseListedService(t *testing.T) {
	for text, want := range map[string]struct {
		name ServiceName
		of   annotations
	}{
		"db.s.llm":        {ServiceName{"DB", "S", "LLM"}, annotations{scrape: true}},
		" DB.S.LLM:8000 ": {ServiceName{"DB", "S", "LLM"}, annotations{scrape: true, port: 8000}},
		"DB.S.LLM/m/x":    {ServiceName{"DB", "S", "LLM"}, annotations{scrape: true, path: "/m/x"}},
		"db.s.llm:1/:2/":  {ServiceName{"DB", "S", "LLM"}, annotations{scrape: true, port: 1, path: "/:2/"}},
		"D_1$.s.a_b":      {ServiceName{"D_1$", "S", "A_B"}, annotations{scrape: true}},
	} {
		name, of, err := parseListedService(text)
		require.NoError(t, err, text)
		require.Equal(t, want.name, name)
		require.Equal(t, want.of, of)
	}
	for _, text := range []string{
		"", "llm", "s.llm", "db.s.llm.x", "db.s.*", "db..llm", `"db".s.llm`, "1.s.llm", "db.s.llm:", "db.s.llm:/x", "db.s.llm:x",
		"db.s.llm:70000", "db.s.llm:1/?x", "db.s.llm x", "db.s.llm-x",
	} {
		_, _, err := parseListedService(text)
		require.ErrorContains(t, err, "write DB.SCHEMA.SERVICE:8000/metrics", text)
	}
}

// Whatever a comment says, it opts a service in only with words that say so, and never to a port or a path that cannot
// be one.
func FuzzComment(f *testing.F) {
	f.Add(optIn)
	f.Add("Chat model. prometheus.io/scrape=true prometheus.io/port=8000 prometheus.io/path=/metrics")
	f.Add("prometheus.io/scrape=true,prometheus.io/scheme=https;prometheus.io/path=/\u00e4")
	f.Fuzz(func(t *testing.T, comment string) {
		found, err := parseComment(comment)
		if err != nil {
			require.Equal(t, annotations{}, found)
			require.NotRegexp(t, `[\x00-\x1f\x7f]`, newAnnotationFailure(err).text)
			return
		}
		if !found.scrape {
			require.Equal(t, annotations{}, found)
			return
		}
		require.Contains(t, strings.ToLower(comment), "prometheus.io/scrape=")
		require.Regexp(t, `^/[!-~]{0,199}$`, found.metricsPath())
		require.NotContains(t, found.path, "?")
	})
}
