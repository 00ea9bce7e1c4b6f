// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package differential

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	randomBodies = 9000
	randomNodes  = 60
)

// randomBody writes lines that are often odd and sometimes broken.
func randomBody(random *rand.Rand) string {
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	number := func() string {
		return pick(
			"0",
			"1",
			"-1",
			"1.5",
			"NaN",
			"+Inf",
			"-Inf",
			"1e300",
			"-0",
			"5e-324",
			"0x1p-2",
			fmt.Sprint(random.IntN(1000)),
		)
	}
	name := func() string {
		return pick(
			"g",
			"h",
			"h_bucket",
			"h_sum",
			"h_count",
			"c_total",
			"s",
			"s_sum",
			"s_count",
			"up",
			"target_info",
			"scrape_duration_seconds",
			"b_info",
			"_x",
			"{\"a.b\"}",
			"größe",
		)
	}
	value := func() string {
		return pick(
			"a",
			"",
			"1",
			"+Inf",
			"NaN",
			"0.5",
			"x\\ny",
			"\xff",
			"\x00",
			"🚀",
			"127.0.0.1:1",
			strings.Repeat("l", random.IntN(6000)),
		)
	}
	var text strings.Builder
	for range random.IntN(30) {
		switch random.IntN(8) {
		case 0:
			fmt.Fprintf(
				&text,
				"# TYPE %s %s\n",
				pick("g", "h", "s", "c", "c_total", "b", "gh"),
				pick("gauge", "counter", "histogram", "summary", "untyped", "info", "banana", "gaugehistogram"),
			)
		case 1:
			fmt.Fprintf(&text, "# HELP %s %s\n", pick("g", "h", "s"), value())
		default:
			var labels []string
			for range random.IntN(5) {
				labels = append(
					labels,
					fmt.Sprintf(
						"%s=\"%s\"",
						pick(
							"a",
							"b",
							"le",
							"quantile",
							"job",
							"instance",
							"__name__",
							"otel_scope_name",
							"\"x.y\"",
							"__meta",
							"snow_node_id",
						),
						value(),
					),
				)
			}
			line := fmt.Sprintf("%s{%s} %s", name(), strings.Join(labels, ","), number())
			if random.IntN(5) == 0 {
				line += fmt.Sprint(" ", random.Int64()-random.Int64())
			}
			text.WriteString(line + "\n")
		}
	}
	if random.IntN(10) == 0 {
		text.WriteString(pick("}{", "# EOF", "g", "{", "\x00", "g 1 2 3"))
	}
	return text.String()
}

// randomNode publishes something else at each scrape, an innocent one always the same.
func randomNode(served, seed *atomic.Uint64, innocent bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		served.Add(1)
		if innocent {
			_, _ = io.WriteString(w, "innocent 1\n")
			return
		}
		random := rand.New(rand.NewPCG(seed.Add(1), 1))
		if kind := random.IntN(6); kind < 2 {
			w.Header().
				Set("Content-Type", []string{openMetrics, "text/plain; version=1.0.0; escaping=allow-utf-8"}[kind])
		}
		_, _ = io.WriteString(w, randomBody(random))
	}
}

func TestNineThousandRandomBodiesHarmNoInnocentNode(t *testing.T) {
	db := openStore(t)
	var served [randomNodes]atomic.Uint64
	var seed atomic.Uint64
	all := make([]http.HandlerFunc, randomNodes)
	for i := range all {
		all[i] = randomNode(&served[i], &seed, i%10 == 0)
	}
	addresses, dns, pools := serve(t, all)
	var mu sync.Mutex
	refused := map[int]string{}
	store := httptest.NewServer(watch(writeHandler(db), func(status int, text string) {
		if status/100 != 2 {
			mu.Lock()
			defer mu.Unlock()
			refused[status] = text
		}
	}))
	stop := scrapeInto(t, store.URL, receiverConfig(t, dns.Addr, pools, 100*time.Millisecond))
	require.Eventually(t, func() bool { return seed.Load() >= randomBodies }, 5*time.Minute, 100*time.Millisecond)
	stop()
	store.Close()
	require.Empty(t, refused, "the store must never have a reason to refuse")
	for i := 0; i < randomNodes; i += 10 {
		series := fmt.Sprintf(`{__name__="innocent", instance=%q, job="spcs-nodes"}`, addresses[i])
		// On a loaded machine a scrape may take too long, also the last one, which `up` then says.
		require.Equal(t, "1", strings.TrimSuffix(content(t, db)[addresses[i]][series], " stale"))
		tooLong := count(t, db, "up", addresses[i], 0)
		stored := count(t, db, "innocent", addresses[i], 1)
		require.LessOrEqual(t, stored, int(served[i].Load()))
		require.GreaterOrEqual(t, stored+tooLong, int(served[i].Load())-2, "each scrape of an innocent node is stored")
	}
}
