// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
)

// The families of the series that the scrape library itself reports end with a byte that no name has.
const (
	reportSuffix    = "\xff"
	reportUp        = "up" + reportSuffix
	reportPublished = "scrape_samples_post_metric_relabeling" + reportSuffix
)

// isReport says whether the scrape library reports a series, or the target publishes it.
func isReport(opts storage.AOptions) bool {
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
	ctx        context.Context
	target     *scrape.Target
	identity   string
	families   scrape.MetricMetadataStore

	node    *node
	samples []sample
	// taken counts what the target published and the store would take, and replaced what the library's report replaced.
	taken, published, replaced int
	// reserved counts those of them that the judge leaves out, and reservedInfo those that are target_info.
	reserved, reservedInfo int
	// excess counts those whose series the target may not begin, and excessBytes what their labels have.
	excess, excessBytes int
	// ended is set by the marker that ends `up`, the last that a target's loop writes, and reported by a value of it,
	// whose time is that of the scrape.
	ended, reported bool
	scrapedAt       int64
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
		a.node = a.appendable.acquire(a.identity, a.target)
		a.samples = a.node.spare[:0]
		a.node.transaction++
	}
	n := a.node
	slot, ok := n.resolve(ref)
	if !ok {
		if name, double := ls.HasDuplicateLabelNames(); double {
			return 0, fmt.Errorf("label name %q is not unique in %s", name, ls)
		}
		if slot, ok = n.slotOf(ls, a.families, opts); !ok {
			return 0, a.exceed(ls, t, v, opts)
		}
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
		a.ended = a.ended || opts.MetricFamilyName == reportUp
	} else {
		a.count(t, v, opts)
	}
	if s.leftOut {
		a.leaveOut(s, opts)
		return ref, nil
	}
	if s.transaction == n.transaction {
		return ref, a.repeat(s, v, opts)
	}
	s.transaction, s.index = n.transaction, uint32(len(a.samples))
	a.samples = append(a.samples, sample{slot, t, v})
	return ref, nil
}

// exceed takes down a sample of a series that the target may not begin. Without a reference the library asks again.
func (a *appender) exceed(ls labels.Labels, t int64, v float64, opts storage.AOptions) error {
	if opts.RejectOutOfOrder {
		return nil
	}
	a.count(t, v, opts)
	a.excess++
	if a.excessBytes += sizeOf(ls); a.excessBytes > maxExcess {
		return errTooManyNewSeries
	}
	return nil
}

// leaveOut takes down a sample of a series that is not stored; to the library it is one like any other.
func (a *appender) leaveOut(s *series, opts storage.AOptions) {
	switch {
	case opts.RejectOutOfOrder:
	case s.isTargetInfo:
		a.reservedInfo++
	default:
		a.reserved++
	}
	s.transaction = a.node.transaction
}

// count follows what the library reports of the scrape.
func (a *appender) count(t int64, v float64, opts storage.AOptions) {
	switch opts.MetricFamilyName {
	case reportUp:
		a.reported, a.scrapedAt = true, t
	case reportPublished:
		a.published = int(v)
	default:
		if !isReport(opts) {
			a.taken++
		}
	}
}

// repeat judges a second sample of a series in one scrape. What the library reports counts more than what a target
// publishes under the same name, so that no target can say of itself that it is up.
func (a *appender) repeat(s *series, v float64, opts storage.AOptions) error {
	first := &a.samples[s.index]
	switch {
	case opts.RejectOutOfOrder:
		return storage.ErrDuplicateSampleForTimestamp
	case isReport(opts):
		first.value = v
		a.replaced++
	case math.Float64bits(first.value) != math.Float64bits(v):
		a.taken--
		return storage.ErrDuplicateSampleForTimestamp
	}
	return nil
}

// Commit implements storage.AppenderTransaction.
func (a *appender) Commit() (err error) {
	n := a.node
	if n == nil {
		return nil
	}
	takers := a.appendable.takers
	if takers.Consume != nil || n.transaction%familyCheck == 0 {
		n.followFamilies(a.samples, a.families)
	}
	counts := a.stamp()
	if takers.Batch != nil && len(a.samples) > 0 {
		takers.Batch.add(n, a.samples)
	}
	if takers.Consume != nil && len(a.samples) > 0 {
		err = takers.Consume(a.ctx, a.each())
	}
	if takers.Note != nil && a.reported {
		// Of a scrape that failed nothing is taken.
		if a.target.LastError() == nil {
			counts.LeftOut, counts.Replaced = max(0, a.published-a.taken), a.replaced
			counts.Reserved, counts.Excess = a.reserved, a.excess
			counts.TargetInfo += a.reservedInfo
		}
		takers.Note(a.target, counts)
	}
	n.compact(len(a.samples) + a.reserved + a.reservedInfo)
	a.finish(a.ended)
	return err
}

// stamp gives all samples the time of the scrape, and counts how many had another one, how many are target_info and how
// many lost labels.
func (a *appender) stamp() Counts {
	counts := Counts{Published: a.published}
	for i := range a.samples {
		x := &a.samples[i]
		if a.reported && x.time != a.scrapedAt {
			x.time = a.scrapedAt
			counts.OwnTimes++
		}
		s := &a.node.slots[x.slot]
		s.lastTime = x.time
		if s.isTargetInfo && !value.IsStaleNaN(x.value) {
			counts.TargetInfo++
		}
		if s.stripped && !value.IsStaleNaN(x.value) {
			counts.Stripped++
		}
	}
	return counts
}

func (a *appender) each() iter.Seq[Sample] {
	return func(yield func(Sample) bool) {
		for _, x := range a.samples {
			s := &a.node.slots[x.slot]
			if !yield(Sample{Labels: s.labels, Family: &s.family.MetricMetadata, Time: x.time, Value: x.value}) {
				return
			}
		}
	}
}

// Rollback implements storage.AppenderTransaction.
func (a *appender) Rollback() error {
	if n := a.node; n != nil {
		if n.allowance != nil {
			n.allowance.giveBack(n.begun)
		}
		a.finish(false)
	}
	return nil
}

func (a *appender) finish(ended bool) {
	n := a.node
	n.spare, n.begun, a.samples, a.node = a.samples[:0], n.begun[:0], nil, nil
	a.appendable.release(a.identity, n, ended)
}
