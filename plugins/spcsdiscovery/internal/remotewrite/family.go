// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package remotewrite

import (
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/metadata"
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

// Family returns the metadata of the family that a series belongs to, as the target wrote them, and the family's name.
func Family(name string, families scrape.MetricMetadataStore) (scrape.MetricMetadata, bool) {
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

func familyOf(ls labels.Labels, families scrape.MetricMetadataStore, opts storage.AOptions) metadata.Metadata {
	family := opts.Metadata
	if family.IsEmpty() {
		found, _ := Family(ls.Get(labels.MetricName), families)
		family = metadata.Metadata{Type: found.Type, Unit: found.Unit, Help: found.Help}
	}
	if len(family.Help) > maxHelp {
		family.Help = ""
	}
	if len(family.Unit) > maxHelp {
		family.Unit = ""
	}
	return family
}
