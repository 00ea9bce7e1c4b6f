// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package remotewrite

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
)

// reportSuffix marks the families of the series that the scrape library itself reports, such as `up`.
const reportSuffix = "\xff"

// IsReport tells a series that the scrape library reports from one that the target publishes.
func IsReport(opts storage.AOptions) bool {
	return strings.HasSuffix(opts.MetricFamilyName, reportSuffix)
}

var errNativeHistogram = errors.New("native histograms are not asked for and cannot be taken")

// sample is a value of the series in a slot.
type sample struct {
	slot  uint32
	time  int64
	value float64
}

// appender takes the samples of one scrape. It holds its target's state from the first sample to the end.
type appender struct {
	storage.AppenderV2
	appendable *Appendable
	identity   string
	families   scrape.MetricMetadataStore

	node    *node
	samples []sample
	// ended is set by the marker that ends `up`, the last that a target's loop writes.
	ended bool
}

// Append implements storage.AppenderV2 with the rules of Prometheus's own storage, by which the scrape library works:
// the first sample of a series at a time is kept, and a marker of staleness must be newer than what was committed.
func (a *appender) Append(
	ref storage.SeriesRef, ls labels.Labels, _, t int64, v float64,
	h *histogram.Histogram, fh *histogram.FloatHistogram, opts storage.AOptions,
) (storage.SeriesRef, error) {
	if h != nil || fh != nil {
		return 0, errNativeHistogram
	}
	if a.node == nil {
		a.node = a.appendable.acquire(a.identity)
		a.samples = a.node.spare[:0]
		a.node.transaction++
	}
	n := a.node
	slot, ok := n.resolve(ref)
	if !ok {
		if name, double := ls.HasDuplicateLabelNames(); double {
			return 0, fmt.Errorf("label name %q is not unique in %s", name, ls)
		}
		slot = n.slotOf(ls, a.families, opts)
		ref = n.ref(slot)
	}
	s := &n.slots[slot]
	if opts.RejectOutOfOrder {
		if s.lastTime > t {
			return ref, storage.ErrOutOfOrderSample
		}
		if s.lastTime == t {
			return ref, storage.ErrDuplicateSampleForTimestamp
		}
		a.ended = a.ended || opts.MetricFamilyName == "up"+reportSuffix
	}
	if s.transaction == n.transaction {
		return ref, a.repeat(s, v, opts)
	}
	s.transaction, s.index = n.transaction, uint32(len(a.samples))
	a.samples = append(a.samples, sample{slot, t, v})
	return ref, nil
}

// repeat judges a second sample of a series in one scrape. What the library reports counts more than what a target
// publishes under the same name, so that no target can say of itself that it is up.
func (a *appender) repeat(s *series, v float64, opts storage.AOptions) error {
	first := &a.samples[s.index]
	switch {
	case IsReport(opts) && !opts.RejectOutOfOrder:
		first.value = v
	case math.Float64bits(first.value) != math.Float64bits(v):
		return storage.ErrDuplicateSampleForTimestamp
	}
	return nil
}

// Commit implements storage.AppenderTransaction.
func (a *appender) Commit() error {
	if a.node == nil {
		return nil
	}
	if len(a.samples) > 0 {
		a.appendable.batch.add(a.node, a.samples)
		a.node.compact(a.samples)
	}
	a.finish(a.ended)
	return nil
}

// Rollback implements storage.AppenderTransaction.
func (a *appender) Rollback() error {
	if a.node != nil {
		a.finish(false)
	}
	return nil
}

func (a *appender) finish(ended bool) {
	n := a.node
	n.spare, a.samples, a.node = a.samples[:0], nil, nil
	a.appendable.release(a.identity, n, ended)
}
