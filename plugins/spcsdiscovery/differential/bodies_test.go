// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package differential

import (
	"fmt"
	"strings"
	"time"
)

// body is what a node publishes: first one text, then another.
type body struct {
	name string
	text string
	// then is what follows; nothing follows where it is empty.
	then string
	// kind is the Content-Type, that of the text format where it is empty.
	kind string
	// negotiated is published instead where the scraper asks for names with underscores.
	negotiated string
}

const openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8"

// histogram writes the series of one histogram from its buckets and the lines after them.
func histogram(name string, buckets string, rest ...string) string {
	text := "# TYPE " + name + " histogram\n"
	for _, bucket := range strings.Fields(buckets) {
		le, count, _ := strings.Cut(bucket, ":")
		text += fmt.Sprintf("%s_bucket{le=%q} %s\n", name, le, count)
	}
	for _, line := range rest {
		text += name + line + "\n"
	}
	return text
}

func om(text string) string { return text + "# EOF\n" }

// bodies are odd ones, of which each real exporter has some.
func bodies() []body {
	old := time.Now().Add(-24 * time.Hour).UnixMilli()
	all := []body{
		{name: "one gauge", text: "# TYPE g gauge\ng 1\n", then: "# TYPE g gauge\ng 2\n"},
		{name: "a gauge that goes", text: "g{k=\"a\"} 1\ng{k=\"b\"} 1\n", then: "g{k=\"a\"} 1\n"},
		{name: "untyped", text: "u 1\n"},
		{name: "declared untyped", text: "# TYPE u untyped\nu 1\n"},
		{name: "type unknown to the format", text: "# TYPE u banana\nu 1\n"},
		{
			name: "counter",
			text: "# HELP c_total Things.\n# TYPE c_total counter\nc_total 1\n",
			then: "# TYPE c_total counter\nc_total 5\n",
		},
		{name: "counter sans total", text: "# TYPE c counter\nc 1\n"},
		{
			name: "counter reset",
			text: "# TYPE c_total counter\nc_total 9\n",
			then: "# TYPE c_total counter\nc_total 1\n",
		},
		{name: "negative counter", text: "# TYPE c_total counter\nc_total -4\n"},
		{name: "type change", text: "# TYPE m gauge\nm 1\n", then: "# TYPE m counter\nm 2\n"},
		{
			name: "gauge becomes histogram",
			text: "# TYPE h gauge\nh 1\n",
			then: histogram("h", "1:1 +Inf:2", "_sum 3", "_count 2"),
		},
		{
			name: "histogram",
			text: histogram("h", "0.1:1 1:3 +Inf:4", "_sum 5", "_count 4"),
			then: histogram("h", "0.1:2 1:4 +Inf:6", "_sum 8", "_count 6"),
		},
		{
			name: "histogram that goes",
			text: "g 1\n" + histogram("h", "1:3 +Inf:4", "_sum 5", "_count 4"),
			then: "g 1\n",
		},
		{name: "buckets that fall", text: histogram("h", "0.1:5 1:3 +Inf:4", "_sum 5", "_count 4")},
		{name: "more than the count", text: histogram("h", "30:29503 +Inf:29502", "_sum 5", "_count 29502")},
		{name: "infinity above the count", text: histogram("h", "1:1 +Inf:9", "_sum 5", "_count 2")},
		{name: "histogram sans count", text: histogram("h", "1:1 +Inf:2", "_sum 5")},
		{name: "histogram sans sum", text: histogram("h", "1:1 +Inf:2", "_count 2")},
		{name: "histogram sans infinity", text: histogram("h", "1:1 2:2", "_sum 5", "_count 2")},
		{name: "histogram sans buckets", text: histogram("h", "", "_sum 5", "_count 2")},
		{name: "histogram of fractions", text: histogram("h", "1:1.5 +Inf:2.5", "_sum 5", "_count 2.5")},
		{name: "histogram of negative counts", text: histogram("h", "1:-1 +Inf:1", "_sum 5", "_count 1")},
		{name: "histogram with no number", text: histogram("h", "1:NaN +Inf:1", "_sum 5", "_count 1")},
		{name: "histogram with a sum of no number", text: histogram("h", "1:1 +Inf:1", "_sum NaN", "_count 1")},
		{name: "histogram in disorder", text: histogram("h", "+Inf:4 1:3 0.1:1", "_count 4", "_sum 5")},
		{name: "histogram, le of an integer", text: histogram("h", "1:1 10:2 +Inf:2", "_sum 5", "_count 2")},
		{name: "histogram, one bound twice", text: histogram("h", "1:1 1.0:1 +Inf:2", "_sum 5", "_count 2")},
		{name: "histogram, le of words", text: histogram("h", "often:1 +Inf:2", "_sum 5", "_count 2")},
		{name: "histogram sans le", text: "# TYPE h histogram\nh{a=\"i\"} 1\nh_bucket{a=\"i\"} 1\n"},
		{name: "histogram of negative bounds", text: histogram("h", "-1:1 0:2 +Inf:2", "_sum -5", "_count 2")},
		{
			name: "two histograms of labels",
			text: "# TYPE h histogram\nh_bucket{k=\"a\",le=\"1\"} 1\nh_bucket{k=\"a\",le=\"+Inf\"} 2\n" +
				"h_sum{k=\"a\"} 3\nh_count{k=\"a\"} 2\n" +
				"h_bucket{k=\"b\",le=\"1\"} 4\nh_bucket{k=\"b\",le=\"+Inf\"} 5\nh_sum{k=\"b\"} 6\nh_count{k=\"b\"} 5\n",
		},
		{
			name: "a bucket that goes",
			text: histogram("h", "1:1 2:2 +Inf:2", "_sum 5", "_count 2"),
			then: histogram("h", "1:1 +Inf:2", "_sum 5", "_count 2"),
		},
		{
			name: "undeclared histogram",
			text: strings.SplitN(histogram("h", "1:1 +Inf:2", "_sum 5", "_count 2"), "\n", 2)[1],
		},
		{
			name: "summary",
			text: "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns{quantile=\"0.9\"} 2\ns_sum 3\ns_count 4\n",
		},
		{
			name: "summary that goes",
			text: "g 1\n# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 3\ns_count 4\n",
			then: "g 1\n",
		},
		{name: "summary sans count", text: "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 3\n"},
		{name: "summary sans sum", text: "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_count 4\n"},
		{name: "summary sans quantiles", text: "# TYPE s summary\ns_sum 3\ns_count 4\n"},
		{name: "summary of no numbers", text: "# TYPE s summary\ns{quantile=\"0.5\"} NaN\ns_sum 0\ns_count 0\n"},
		{name: "summary of fractions", text: "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 3\ns_count 4.5\n"},
		{name: "summary sans quantile label", text: "# TYPE s summary\ns 1\ns_sum 3\ns_count 4\n"},
		{name: "not a number", text: "g NaN\n"},
		{name: "infinity", text: "g +Inf\n"},
		{name: "minus infinity", text: "g -Inf\n"},
		{name: "tiny", text: "g 5e-324\n"},
		{name: "huge", text: "g 1.7976931348623157e308\n"},
		{name: "minus zero", text: "g -0\n"},
		{name: "hexadecimal", text: "g 0x10\n"},
		{name: "an underscore in a number", text: "g 1_000\n"},
		{name: "an old time", text: fmt.Sprintf("m 64 %d\nn 1\n", old)},
		{name: "a time in seconds", text: fmt.Sprintf("m 64 %d\nn 1\n", old/1000)},
		{name: "a time of zero", text: "m 64 0\nn 1\n"},
		{name: "a time to come", text: fmt.Sprintf("m 64 %d\nn 1\n", time.Now().Add(24*time.Hour).UnixMilli())},
		{name: "target_info", text: "target_info{service_name=\"x\",service_instance_id=\"127.0.0.1:1\"} 1\ng 1\n"},
		{
			name: "target_info with dots",
			text: "target_info{\"service.name\"=\"x\",\"service.instance.id\"=\"127.0.0.1:1\"} 1\ng 1\n",
		},
		{name: "scope labels", text: "g{otel_scope_name=\"a\",k=\"1\"} 1\ng{otel_scope_name=\"b\",k=\"1\"} 2\n"},
		{name: "otel_scope_info", text: "otel_scope_info{otel_scope_name=\"a\",otel_scope_version=\"1\"} 1\ng 1\n"},
		{name: "job and instance of its own", text: "g{job=\"mine\",instance=\"me\"} 1\n"},
		{name: "exported_job of its own", text: "g{job=\"mine\",exported_job=\"other\"} 1\n"},
		{name: "an empty job", text: "g{job=\"\",instance=\"\"} 1\n"},
		{name: "up of its own", text: "up 5\ng 1\n"},
		{name: "scrape_samples_scraped of its own", text: "scrape_samples_scraped 999\ng 1\n"},
		{name: "one series twice", text: "g 1\ng 2\n"},
		{name: "one series twice, alike", text: "g 1\ng 1\n"},
		{name: "an empty label makes it twice", text: "m{gpu=\"0\"} 1\nm{gpu=\"0\",host=\"\"} 2\n"},
		{name: "labels in another order", text: "m{a=\"1\",b=\"2\"} 1\nm{b=\"2\",a=\"1\"} 2\n"},
		{name: "one label twice", text: "m{a=\"1\",a=\"2\"} 1\n"},
		{name: "empty label", text: "m{a=\"\"} 1\n"},
		{name: "blank label", text: "m{a=\" \"} 1\n"},
		{name: "escapes", text: "m{a=\"x\\\"y\\\\z\\n\"} 1\n"},
		{name: "line feed in help", text: "# HELP m a\\nb\n# TYPE m gauge\nm 1\n"},
		{name: "emoji", text: "m{a=\"🚀\"} 1\n"},
		{name: "umlauts", text: "m{a=\"größe\"} 1\n"},
		{name: "broken UTF-8", text: "m{a=\"\xff\xfe\"} 1\n"},
		{name: "NUL in a label", text: "m{a=\"x\x00y\"} 1\n"},
		{name: "quoted name with dots", text: "{\"container.cpu.usage\",\"snow.pool\"=\"P\"} 1\n"},
		{name: "quoted UTF-8 name", text: "{\"größe\",a=\"1\"} 1\n"},
		{
			name:       "negotiated names",
			text:       "{\"container.cpu.usage\",\"snow.pool\"=\"P\"} 1\n",
			negotiated: "container_cpu_usage{snow_pool=\"P\"} 1\n",
		},
		{name: "colons", text: "job:m:rate5m 1\n"},
		{name: "a leading underscore", text: "_m{_l=\"1\"} 1\n"},
		{name: "a reserved label", text: "m{__x=\"1\",__meta_y=\"2\"} 1\n"},
		{name: "__name__ as a label", text: "m{__name__=\"n\"} 1\n"},
		{name: "le on a gauge", text: "# TYPE g gauge\ng{le=\"1\"} 1\n"},
		{name: "quantile on a gauge", text: "# TYPE g gauge\ng{quantile=\"0.5\"} 1\n"},
		{name: "comments", text: "# just words\n#\n# HELP\ng 1\n"},
		{name: "blank lines", text: "\n\ng 1\n\n\n"},
		{name: "tabs and blanks", text: "g \t 1 \n h{a = \"1\" , b=\"2\" ,} 2\n"},
		{name: "no last line feed", text: "g 1"},
		{name: "carriage returns", text: "g 1\r\nh 2\r\n"},
		{name: "a mark of order", text: "\xef\xbb\xbfg 1\n"},
		{name: "empty", text: "\n"},
		{name: "words", text: "this is no metric {{{\n"},
		{name: "half a line", text: "g 1\nh{a=\"1"},
		{name: "broken after a good one", text: "g 1\n", then: "g 2\n}{\n"},
		{name: "type after samples", text: "g 1\n# TYPE g counter\n"},
		{name: "type twice", text: "# TYPE g gauge\n# TYPE g counter\ng 1\n"},
		{name: "help alone", text: "# HELP g Words.\ng 1\n"},
		{name: "families mixed", text: "# TYPE a gauge\na{k=\"1\"} 1\n# TYPE b gauge\nb 1\na{k=\"2\"} 2\n"},
		{
			name: "suffixes that mean nothing",
			text: "# TYPE x_total gauge\nx_total 1\n# TYPE y_bucket gauge\ny_bucket 1\n" +
				"# TYPE z_count gauge\nz_count 1\nz_sum 2\n",
		},
		{name: "_info gauge", text: "# TYPE b_info gauge\nb_info{v=\"1\"} 1\n"},
		{name: "OpenMetrics info", kind: openMetrics, text: om("# TYPE b info\nb_info{v=\"1\"} 1\n")},
		{
			name: "OpenMetrics stateset",
			kind: openMetrics,
			text: om("# TYPE st stateset\nst{st=\"a\"} 1\nst{st=\"b\"} 0\n"),
		},
		{
			name: "OpenMetrics counter with created",
			kind: openMetrics,
			text: om("# TYPE c counter\n# HELP c Things.\nc_total 5\nc_created 1700000000.5\n"),
		},
		{
			name: "OpenMetrics created alone",
			kind: openMetrics,
			text: om("# TYPE c counter\nc_created 1700000000.5\n"),
		},
		{
			name: "OpenMetrics histogram with created",
			kind: openMetrics,
			text: om(
				"# TYPE h histogram\nh_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\nh_created 1700000000\n",
			),
		},
		{
			name: "OpenMetrics summary with created",
			kind: openMetrics,
			text: om("# TYPE s summary\ns{quantile=\"0.5\"} 1\ns_sum 3\ns_count 4\ns_created 1700000000\n"),
		},
		{
			name: "OpenMetrics gauge histogram",
			kind: openMetrics,
			text: om(
				"# TYPE gh gaugehistogram\ngh_bucket{le=\"1.0\"} 1\ngh_bucket{le=\"+Inf\"} 2\ngh_gsum 3\ngh_gcount 2\n",
			),
		},
		{
			name: "OpenMetrics unit",
			kind: openMetrics,
			text: om("# TYPE g_seconds gauge\n# UNIT g_seconds seconds\ng_seconds 1\n"),
		},
		{
			name: "OpenMetrics exemplar",
			kind: openMetrics,
			text: om("# TYPE c counter\nc_total 5 # {trace_id=\"x\"} 1\n"),
		},
		{name: "OpenMetrics sans end", kind: openMetrics, text: "# TYPE g gauge\ng 1\n"},
		{
			name: "OpenMetrics with a time",
			kind: openMetrics,
			text: om(fmt.Sprintf("# TYPE g gauge\ng 1 %d\n", old/1000)),
		},
		{name: "an unknown Content-Type", kind: "application/x-banana", text: "g 1\n"},
		{name: "JSON by its Content-Type", kind: "application/json", text: "g 1\n"},
		{name: "a label of 4 kB", text: "m{a=\"" + strings.Repeat("x", 4000) + "\"} 1\n"},
		{name: "a label of 5 kB", text: "m{a=\"" + strings.Repeat("x", 5000) + "\"} 1\n"},
		{name: "old label names", text: "m{snow_containers_compute_pool_name=\"OLD\"} 1\n"},
		{
			name: "both label names",
			text: "m{snow_compute_pool_name=\"NEW\",snow_containers_compute_pool_name=\"OLD\"} 1\n",
		},
		{name: "two thousand series", text: many(2000)},
		{name: "two hundred and one labels", text: "m{" + strings.TrimSuffix(labelsOf(199), ",") + "} 1\n"},
	}
	return all
}

func many(count int) string {
	var text strings.Builder
	for i := range count {
		fmt.Fprintf(&text, "m{i=\"%d\"} %d\n", i, i)
	}
	return text.String()
}

func labelsOf(count int) string {
	var text strings.Builder
	for i := range count {
		fmt.Fprintf(&text, "l%d=\"v\",", i)
	}
	return text.String()
}
