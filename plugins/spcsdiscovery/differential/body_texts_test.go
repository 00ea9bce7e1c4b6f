// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package differential

import (
	"fmt"
	"strings"
	"time"
)

const openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8"

func om(text string) string { return text + "# EOF\n" }

// valueBodies have values that are hard to write.
func valueBodies() []body {
	return []body{
		{name: "not a number", text: "g NaN\n"},
		{name: "infinity", text: "g +Inf\n"},
		{name: "minus infinity", text: "g -Inf\n"},
		{name: "tiny", text: "g 5e-324\n"},
		{name: "huge", text: "g 1.7976931348623157e308\n"},
		{name: "minus zero", text: "g -0\n"},
		{name: "hexadecimal", text: "g 0x10\n"},
		{name: "an underscore in a number", text: "g 1_000\n"},
	}
}

// timeBodies have samples with times of their own.
func timeBodies() []body {
	old := dayOld()
	return []body{
		{name: "an old time", text: fmt.Sprintf("m 64 %d\nn 1\n", old)},
		{name: "a time in seconds", text: fmt.Sprintf("m 64 %d\nn 1\n", old/1000)},
		{name: "a time of zero", text: "m 64 0\nn 1\n"},
		{name: "a time to come", text: fmt.Sprintf("m 64 %d\nn 1\n", time.Now().Add(24*time.Hour).UnixMilli())},
	}
}

// identityBodies have series that could speak for something else.
func identityBodies() []body {
	return []body{
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
	}
}

// repeatedBodies have series and labels that come twice.
func repeatedBodies() []body {
	return []body{
		{name: "one series twice", text: "g 1\ng 2\n"},
		{name: "one series twice, alike", text: "g 1\ng 1\n"},
		{name: "an empty label makes it twice", text: "m{gpu=\"0\"} 1\nm{gpu=\"0\",host=\"\"} 2\n"},
		{name: "labels in another order", text: "m{a=\"1\",b=\"2\"} 1\nm{b=\"2\",a=\"1\"} 2\n"},
		{name: "one label twice", text: "m{a=\"1\",a=\"2\"} 1\n"},
	}
}

// labelBodies have labels and help texts.
func labelBodies() []body {
	return []body{
		{name: "empty label", text: "m{a=\"\"} 1\n"},
		{name: "blank label", text: "m{a=\" \"} 1\n"},
		{name: "escapes", text: "m{a=\"x\\\"y\\\\z\\n\"} 1\n"},
		{name: "line feed in help", text: "# HELP m a\\nb\n# TYPE m gauge\nm 1\n"},
		{name: "emoji", text: "m{a=\"🚀\"} 1\n"},
		{name: "umlauts", text: "m{a=\"größe\"} 1\n"},
		{name: "broken UTF-8", text: "m{a=\"\xff\xfe\"} 1\n"},
		{name: "NUL in a label", text: "m{a=\"x\x00y\"} 1\n"},
	}
}

// nameBodies have names.
func nameBodies() []body {
	return []body{
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
	}
}

// textBodies have texts that are written oddly.
func textBodies() []body {
	return []body{
		{name: "comments", text: "# just words\n#\n# HELP\ng 1\n"},
		{name: "blank lines", text: "\n\ng 1\n\n\n"},
		{name: "tabs and blanks", text: "g \t 1 \n h{a = \"1\" , b=\"2\" ,} 2\n"},
		{name: "no last line feed", text: "g 1"},
		{name: "carriage returns", text: "g 1\r\nh 2\r\n"},
		{name: "a mark of order", text: "\xef\xbb\xbfg 1\n"},
		{name: "empty", text: "\n"},
		{name: "words", text: "this is not a metric {{{\n"},
		{name: "half a line", text: "g 1\nh{a=\"1"},
		{name: "broken after a good one", text: "g 1\n", then: "g 2\n}{\n"},
	}
}

// familyBodies have what is said of families.
func familyBodies() []body {
	return []body{
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
	}
}

// openMetricsBodies have OpenMetrics.
func openMetricsBodies() []body {
	return []body{
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
	}
}

// openMetricsOddBodies have what only OpenMetrics has.
func openMetricsOddBodies() []body {
	old := dayOld()
	return []body{
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
	}
}

// sizeBodies have sizes, and labels of both generations.
func sizeBodies() []body {
	return []body{
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
}

func dayOld() int64 { return time.Now().Add(-24 * time.Hour).UnixMilli() }

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
