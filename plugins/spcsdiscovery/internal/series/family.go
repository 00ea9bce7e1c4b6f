// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
)

// maxHelp bounds the help text that goes with a series: a longer one would be in every request.
const maxHelp = 1024

// suffixes are the endings that series of a family have beside its name, and the types of such families.
var suffixes = []struct {
	suffix string
	types  []model.MetricType
}{
	{"_bucket", []model.MetricType{model.MetricTypeHistogram, model.MetricTypeGaugeHistogram}},
	{"_sum", []model.MetricType{model.MetricTypeHistogram, model.MetricTypeSummary}},
	{"_count", []model.MetricType{model.MetricTypeHistogram, model.MetricTypeSummary}},
	{"_gsum", []model.MetricType{model.MetricTypeGaugeHistogram}},
	{"_gcount", []model.MetricType{model.MetricTypeGaugeHistogram}},
	{"_total", []model.MetricType{model.MetricTypeCounter}},
	{"_created", []model.MetricType{model.MetricTypeCounter, model.MetricTypeHistogram, model.MetricTypeSummary}},
	{"_info", []model.MetricType{model.MetricTypeInfo}},
}

// lookUp returns what the target says of the family that a series belongs to.
func lookUp(name string, families scrape.MetricMetadataStore) (scrape.MetricMetadata, bool) {
	if families == nil {
		return scrape.MetricMetadata{}, false
	}
	if found, ok := families.GetMetadata(name); ok {
		return found, true
	}
	for _, known := range suffixes {
		family, ok := strings.CutSuffix(name, known.suffix)
		if !ok || family == "" {
			continue
		}
		if found, ok := families.GetMetadata(family); ok && slices.Contains(known.types, found.Type) {
			return found, true
		}
	}
	return scrape.MetricMetadata{}, false
}

// familyOf returns the family of a series, one of its own name and of unknown type where nobody says.
func familyOf(ls labels.Labels, families scrape.MetricMetadataStore, opts storage.AOptions) scrape.MetricMetadata {
	name := ls.Get(model.MetricNameLabel)
	if isReport(opts) {
		return scrape.MetricMetadata{
			MetricFamily: name,
			Type:         opts.Metadata.Type,
			Unit:         opts.Metadata.Unit,
			Help:         opts.Metadata.Help,
		}
	}
	if found, ok := lookUp(name, families); ok {
		return bounded(found)
	}
	return scrape.MetricMetadata{MetricFamily: name, Type: model.MetricTypeUnknown}
}

func bounded(family scrape.MetricMetadata) scrape.MetricMetadata {
	if len(family.Help) > maxHelp {
		family.Help = ""
	}
	if len(family.Unit) > maxHelp {
		family.Unit = ""
	}
	return family
}
