// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
)

// TargetInfo is the name under which Prometheus keeps the attributes of an OpenTelemetry resource.
const TargetInfo = "target_info"

const (
	// spareSlots is how many slots may be unused before any are freed.
	spareSlots = 64
	// spareSymbols is how many bytes of symbols may be unused.
	spareSymbols = 1 << 16
	// familyCheck is in how many scrapes a family is looked at again for requests, where it says little to a store. For
	// metrics, whose kind it is, that is done every time.
	familyCheck = 20
)

// node is what is known of the series of one target.
type node struct {
	// users and usedAt belong to the appendable and its lock.
	users  int
	usedAt time.Time

	// mu is held by one appender at a time.
	mu          sync.Mutex
	slots       []series
	free        []uint32
	live        int
	byHash      map[uint64]uint32
	transaction uint32
	// generations counts the series of all targets, because a target that was forgotten may still have references to
	// what was in its slots; the first is 1, so that no reference is 0.
	generations *atomic.Uint32
	// spare is the memory of the last scrape's samples.
	spare    []sample
	families map[scrape.MetricMetadata]*family
	symbols  symbols
	// rebuilt is how many bytes the symbols had when they were made anew.
	rebuilt int
	// forRequests is set where requests are made of the samples, for which alone the labels have numbers.
	forRequests bool
	// judge decides on new series; nil where all are taken.
	judge     Judge
	allowance *allowance
	// begun are the hashes of the series that the scrape under way has begun of the allowance.
	begun []uint64
	// refs holds the labels of all series as numbers of symbols, in one piece since there are many.
	refs []uint32
}

// family is what is constant of a family, with the numbers of its symbols.
type family struct {
	scrape.MetricMetadata
	kind       byte
	help, unit uint32
}

// series is what is constant of a series, and its last sample. There are many: it should be small.
type series struct {
	labels   labels.Labels
	family   *family
	lastTime int64
	// transaction is that of the last sample, and index its place among the samples there.
	transaction, index uint32
	// generation differs from that of what was in the slot before.
	generation uint32
	// refsAt and refsCount say where in the node's the numbers of the labels are.
	refsAt    uint32
	refsCount uint16
	used      bool
	// isTargetInfo marks TargetInfo.
	isTargetInfo bool
	// leftOut and stripped are the judge's.
	leftOut, stripped bool
}

func newNode(forRequests bool, generations *atomic.Uint32) *node {
	n := &node{
		forRequests: forRequests, generations: generations,
		byHash: map[uint64]uint32{}, families: map[scrape.MetricMetadata]*family{},
	}
	n.symbols.reset()
	return n
}

// resolve returns the slot of a reference unless it was freed since.
func (n *node) resolve(ref storage.SeriesRef) (uint32, bool) {
	slot, generation := uint32(ref), uint32(ref>>32)
	if ref == 0 || int(slot) >= len(n.slots) || !n.slots[slot].used || n.slots[slot].generation != generation {
		return 0, false
	}
	return slot, true
}

func (n *node) ref(slot uint32) storage.SeriesRef {
	return storage.SeriesRef(n.slots[slot].generation)<<32 | storage.SeriesRef(slot)
}

// slotOf returns the slot of a series, a new one if it has none; ok is false where the target may not begin more.
func (n *node) slotOf(
	ls labels.Labels, families scrape.MetricMetadataStore, opts storage.AOptions,
) (slot uint32, ok bool) {
	var stripped, leftOut bool
	if n.judge != nil && !isReport(opts) {
		ls, stripped, leftOut = n.judge(ls)
	}
	hash := ls.Hash()
	for {
		slot, taken := n.byHash[hash]
		if !taken {
			break
		}
		// What the library reports may have the name and the labels of a series that is left out.
		if s := &n.slots[slot]; s.leftOut == leftOut && labels.Equal(s.labels, ls) {
			// The library has begun a new table of strings, and the labels of before would keep all of the old one.
			s.labels = ls
			return slot, true
		}
		hash++
	}
	if !leftOut && !isReport(opts) && !n.mayBegin(ls) {
		return 0, false
	}
	slot = n.takeSlot()
	s := &n.slots[slot]
	*s = series{
		labels: ls, generation: n.generations.Add(1), used: true, family: n.intern(familyOf(ls, families, opts)),
		isTargetInfo: ls.Get(model.MetricNameLabel) == TargetInfo, leftOut: leftOut, stripped: stripped,
	}
	n.encode(s)
	n.byHash[hash] = slot
	n.live++
	return slot, true
}

// mayBegin takes a series from the target's allowance.
func (n *node) mayBegin(ls labels.Labels) bool {
	if n.allowance == nil {
		return true
	}
	hash := ls.Hash()
	allowed, isNew := n.allowance.take(hash, sizeOf(ls))
	if isNew {
		n.begun = append(n.begun, hash)
	}
	return allowed
}

func (n *node) encode(s *series) {
	if !n.forRequests || s.leftOut {
		return
	}
	s.refsAt = uint32(len(n.refs))
	n.refs = n.symbols.appendLabels(n.refs, s.labels)
	s.refsCount = uint16(uint32(len(n.refs)) - s.refsAt)
}

func (n *node) refsOf(s *series) []uint32 { return n.refs[s.refsAt : s.refsAt+uint32(s.refsCount)] }

// followFamilies looks at the families of the series again, where the target says something of them.
func (n *node) followFamilies(samples []sample, families scrape.MetricMetadataStore) {
	for i := range samples {
		s := &n.slots[samples[i].slot]
		found, ok := lookUp(s.labels.Get(model.MetricNameLabel), families)
		if !ok {
			continue
		}
		s.family = n.intern(bounded(found))
	}
}

// takeSlot returns an unused slot.
func (n *node) takeSlot() uint32 {
	if k := len(n.free); k > 0 {
		slot := n.free[k-1]
		n.free = n.free[:k-1]
		return slot
	}
	if size := len(n.slots); size == cap(n.slots) {
		// Doubling would leave a third of what all nodes hold unused, and a node seldom has new series.
		n.slots = append(make([]series, 0, size+size/8+spareSlots/4), n.slots...)
	}
	n.slots = append(n.slots, series{})
	return uint32(len(n.slots) - 1)
}

func (n *node) intern(of scrape.MetricMetadata) *family {
	known := n.families[of]
	if known == nil {
		numbered := n.symbols.family(of)
		known = &numbered
		n.families[of] = known
	}
	return known
}

// compact frees the slots that the last scrape did not touch, and their symbols, when they are more than half. A target
// whose help texts change all the time has such symbols too.
func (n *node) compact(touched int) {
	if n.live <= 2*touched+spareSlots && len(n.symbols.encoded) <= 2*n.rebuilt+spareSymbols {
		return
	}
	clear(n.byHash)
	clear(n.families)
	n.symbols.reset()
	n.free, n.live, n.refs = n.free[:0], 0, n.refs[:0]
	for i := range n.slots {
		s := &n.slots[i]
		if !s.used || s.transaction != n.transaction {
			*s = series{}
			n.free = append(n.free, uint32(i))
			continue
		}
		n.live++
		n.byHash[n.freeHash(s.labels)] = uint32(i)
		s.family = n.intern(s.family.MetricMetadata)
		n.encode(s)
	}
	n.rebuilt = len(n.symbols.encoded)
}

// freeHash returns the hash of labels, or the next that no other series has.
func (n *node) freeHash(ls labels.Labels) uint64 {
	hash := ls.Hash()
	for {
		if _, taken := n.byHash[hash]; !taken {
			return hash
		}
		hash++
	}
}

// symbols numbers strings and keeps their encoding.
type symbols struct {
	numbers map[string]uint32
	// encoded are the fields of a request for the strings from number 1 on; 0 is the empty string in every request.
	encoded []byte
}

func (s *symbols) reset() {
	s.numbers = map[string]uint32{"": 0}
	s.encoded = s.encoded[:0]
}

func (s *symbols) number(text string) uint32 {
	if number, ok := s.numbers[text]; ok {
		return number
	}
	number := uint32(len(s.numbers))
	s.numbers[text] = number
	s.encoded = append(s.encoded, tagSymbol)
	s.encoded = binary.AppendUvarint(s.encoded, uint64(len(text)))
	s.encoded = append(s.encoded, text...)
	return number
}
