// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package differential

import (
	"fmt"
	"slices"
	"strings"
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

// bodies are odd ones, of which each real exporter has some.
func bodies() []body {
	return slices.Concat(
		gaugeBodies(),
		counterBodies(),
		histogramBodies(),
		incompleteHistogramBodies(),
		oddHistogramBodies(),
		summaryBodies(),
		valueBodies(),
		timeBodies(),
		identityBodies(),
		repeatedBodies(),
		labelBodies(),
		nameBodies(),
		textBodies(),
		familyBodies(),
		openMetricsBodies(),
		openMetricsOddBodies(),
		sizeBodies(),
	)
}

// gaugeBodies have gauges and untyped metrics.
func gaugeBodies() []body {
	return []body{
		{name: "one gauge", text: "# TYPE g gauge\ng 1\n", then: "# TYPE g gauge\ng 2\n"},
		{name: "a gauge that goes", text: "g{k=\"a\"} 1\ng{k=\"b\"} 1\n", then: "g{k=\"a\"} 1\n"},
		{name: "untyped", text: "u 1\n"},
		{name: "declared untyped", text: "# TYPE u untyped\nu 1\n"},
		{name: "type unknown to the format", text: "# TYPE u banana\nu 1\n"},
	}
}

// counterBodies have counters, and metrics whose type changes.
func counterBodies() []body {
	return []body{
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
	}
}

// histogramBodies have histograms as they should be, and how they end.
func histogramBodies() []body {
	return []body{
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
	}
}

// incompleteHistogramBodies have histograms that lack a part or contradict themselves.
func incompleteHistogramBodies() []body {
	return []body{
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
	}
}

// oddHistogramBodies have histograms of odd bounds and labels.
func oddHistogramBodies() []body {
	return []body{
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
	}
}

// summaryBodies have summaries.
func summaryBodies() []body {
	return []body{
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
	}
}
