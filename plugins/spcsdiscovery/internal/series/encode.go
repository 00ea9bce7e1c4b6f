// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
)

// Fields of io.prometheus.write.v2.Request with their wire types.
const (
	tagSymbol     = 4<<3 | 2
	tagTimeseries = 5<<3 | 2
	// In a time series.
	tagLabelRefs = 1<<3 | 2
	tagSample    = 2<<3 | 2
	tagMetadata  = 5<<3 | 2
	// In a sample.
	tagValue     = 1<<3 | 1
	tagTimestamp = 2 << 3
	// In the metadata.
	tagType = 1 << 3
	tagHelp = 3 << 3
	tagUnit = 4 << 3
)

// kinds are the numbers of the types in the metadata; an unknown type is 0 and left out.
var kinds = map[model.MetricType]byte{
	model.MetricTypeCounter: 1, model.MetricTypeGauge: 2,
	model.MetricTypeHistogram: 3, model.MetricTypeGaugeHistogram: 4,
	model.MetricTypeSummary: 5, model.MetricTypeInfo: 6, model.MetricTypeStateset: 7,
}

// appendLabels appends the numbers of the names and values of labels.
func (s *symbols) appendLabels(refs []uint32, ls labels.Labels) []uint32 {
	ls.Range(func(l labels.Label) { refs = append(refs, s.number(l.Name), s.number(l.Value)) })
	return refs
}

func (s *symbols) family(of scrape.MetricMetadata) family {
	return family{MetricMetadata: of, kind: kinds[of.Type], help: s.number(of.Help), unit: s.number(of.Unit)}
}

// appendSeries appends a time series with one sample. shift is added to the numbers of all symbols but the empty one.
// Each length is one byte for what nodes usually publish; what follows a longer one is moved.
func appendSeries(b []byte, refs []uint32, of *family, shift uint32, t int64, v float64) []byte {
	b = append(b, tagTimeseries, 0)
	start := len(b)
	b = append(b, tagLabelRefs, 0)
	inner := len(b)
	for _, ref := range refs {
		b = appendNumber(b, ref, shift)
	}
	b = setLength(b, inner)
	b = append(b, tagSample, byte(1+8+1+uvarintLen(uint64(t))), tagValue)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	b = append(b, tagTimestamp)
	b = binary.AppendUvarint(b, uint64(t))
	if of.kind != 0 || of.help != 0 || of.unit != 0 {
		b = append(b, tagMetadata, 0)
		inner = len(b)
		b = append(b, tagType, of.kind)
		if of.help != 0 {
			b = appendNumber(append(b, tagHelp), of.help, shift)
		}
		if of.unit != 0 {
			b = appendNumber(append(b, tagUnit), of.unit, shift)
		}
		b = setLength(b, inner)
	}
	return setLength(b, start)
}

func appendNumber(b []byte, ref, shift uint32) []byte {
	if ref != 0 {
		ref += shift
	}
	switch {
	case ref < 1<<7:
		return append(b, byte(ref))
	case ref < 1<<14:
		return append(b, byte(ref)|0x80, byte(ref>>7))
	}
	return binary.AppendUvarint(b, uint64(ref))
}

// setLength writes the length of what begins at from into the byte before it, and makes room where it needs more.
func setLength(b []byte, from int) []byte {
	size := len(b) - from
	if size < 1<<7 {
		b[from-1] = byte(size)
		return b
	}
	extra := uvarintLen(uint64(size)) - 1
	b = append(b, make([]byte, extra)...)
	copy(b[from+extra:], b[from:from+size])
	binary.PutUvarint(b[from-1:], uint64(size))
	return b
}

func uvarintLen(x uint64) int { return (bits.Len64(x|1) + 6) / 7 }
