// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package reserved keeps an application from publishing under names that mean something to boards, rules and the
// scrape.
package reserved

import (
	_ "embed"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

//go:embed catalogue.txt
var catalogue string

// names are the platform's metrics and what a scrape adds, and prefixes are of the series of rules, of alerts, of the
// scrape, and of the collector and the first generation of exporters.
var (
	names    = readNames(catalogue)
	prefixes = []string{"spcs_", "spcs:", "scrape_", "ALERTS"}
)

// labelPrefix begins the labels that say whom a series of the platform is about, and internalPrefix those with which
// scrapes and stores work.
const labelPrefix, internalPrefix = "snow_", "__"

func readNames(text string) map[string]struct{} {
	found := map[string]struct{}{"up": {}, "target_info": {}}
	for line := range strings.Lines(text) {
		if name := strings.TrimSpace(line); !strings.HasPrefix(name, "#") {
			found[name] = struct{}{}
		}
	}
	return found
}

// Name reports whether no application can publish series of the name, also where a store might write it with
// underscores.
func Name(name string) bool {
	name = underscored(name)
	if _, known := names[name]; known {
		return true
	}
	for _, prefix := range prefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// Judge decides on a series: one of a reserved name is left out, and labels of the platform that are not among the
// forced ones are removed, as are internal ones.
func Judge(ls labels.Labels, forced map[string]struct{}) (kept labels.Labels, stripped, leftOut bool) {
	if Name(ls.Get(model.MetricNameLabel)) {
		return ls, false, true
	}
	var foreign []string
	ls.Range(func(l labels.Label) {
		if _, ours := forced[l.Name]; !ours && isReservedLabel(l.Name) {
			foreign = append(foreign, l.Name)
		}
	})
	if foreign == nil {
		return ls, false, false
	}
	return labels.NewBuilder(ls).Del(foreign...).Labels(), true, false
}

func isReservedLabel(name string) bool {
	written := underscored(name)
	return strings.HasPrefix(written, labelPrefix) ||
		strings.HasPrefix(written, internalPrefix) && name != model.MetricNameLabel
}

// underscored returns the name as a store writes it that knows letters, digits, underscores and colons alone.
func underscored(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == ':':
			return r
		default:
			return '_'
		}
	}, name)
}
