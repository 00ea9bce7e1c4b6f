// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"sync"
	"time"

	"github.com/klauspost/compress/s2"
)

const (
	// maxSamples and maxAge bound what waits for company: larger batches cost memory, smaller ones CPU time.
	maxSamples = 4000
	maxAge     = time.Second
	// maxRequest bounds one request before compression. Prometheus refuses 32 MiB.
	maxRequest = 8 << 20
)

// Batch collects the samples of many scrapes and emits them as compressed requests, in order.
type Batch struct {
	emit func(request []byte, samples int)

	mu sync.Mutex
	// symbols and series are the two halves of the open request, and next is the number of its next symbol.
	symbols, series []byte
	next            uint32
	samples         int
	packed          []byte

	stop, done chan struct{}
}

// NewBatch returns a batch whose emit is called with one request at a time; the bytes are its to read until it returns.
func NewBatch(emit func(request []byte, samples int)) *Batch {
	return &Batch{emit: emit, stop: make(chan struct{}), done: make(chan struct{})}
}

// Run emits what is open every second until Stop.
func (b *Batch) Run() {
	defer close(b.done)
	ticker := time.NewTicker(maxAge)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			b.Flush()
		case <-b.stop:
			return
		}
	}
}

// Stop ends Run and emits what is open.
func (b *Batch) Stop() {
	close(b.stop)
	<-b.done
	b.Flush()
}

// Flush emits what is open.
func (b *Batch) Flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seal()
}

// seal emits what is open; the caller holds the lock.
func (b *Batch) seal() {
	if b.samples == 0 {
		return
	}
	b.symbols = append(b.symbols, b.series...)
	b.packed = s2.EncodeSnappy(b.packed[:cap(b.packed)], b.symbols)
	b.emit(b.packed, b.samples)
	b.series, b.samples = b.series[:0], 0
	if cap(b.symbols) > maxRequest/4 {
		b.symbols, b.series, b.packed = nil, nil, nil
	}
}

// add takes the samples of one scrape; the caller holds the node.
func (b *Batch) add(n *node, samples []sample) {
	b.mu.Lock()
	defer b.mu.Unlock()
	size := n.bound(len(samples))
	if b.samples > 0 && len(b.symbols)+len(b.series)+size > maxRequest {
		b.seal()
	}
	if size > maxRequest {
		b.addApart(n, samples)
		return
	}
	b.begin()
	b.symbols = append(b.symbols, n.symbols.encoded...)
	for i := range samples {
		s := &n.slots[samples[i].slot]
		b.series = appendSeries(b.series, n.refsOf(s), s.family, b.next-1, samples[i].time, samples[i].value)
	}
	b.next += uint32(len(n.symbols.numbers)) - 1
	if b.samples += len(samples); b.samples >= maxSamples {
		b.seal()
	}
}

// begin starts a request with the empty symbol, which must be the first.
func (b *Batch) begin() {
	if b.samples == 0 {
		b.symbols, b.next = append(b.symbols[:0], tagSymbol, 0), 1
	}
}

// addApart splits a node that is too large for one request into several, each with only the symbols that it needs.
func (b *Batch) addApart(n *node, samples []sample) {
	var own symbols
	var refs []uint32
	own.reset()
	b.begin()
	for i := range samples {
		s := &n.slots[samples[i].slot]
		refs = own.appendLabels(refs[:0], s.labels)
		of := own.family(s.family.MetricMetadata)
		b.series = appendSeries(b.series, refs, &of, 0, samples[i].time, samples[i].value)
		if b.samples++; i == len(samples)-1 || len(own.encoded)+len(b.series) > maxRequest/2 {
			b.symbols = append(b.symbols, own.encoded...)
			b.seal()
			own.reset()
			b.begin()
		}
	}
}

// bound returns what a block of the node has at most: five bytes a number and 64 for the rest of a series.
func (n *node) bound(samples int) int {
	return len(n.symbols.encoded) + 5*len(n.refs) + 64*samples
}
