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

	mu      sync.Mutex
	open    []byte
	next    uint32
	samples int
	packed  []byte

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
	b.packed = s2.EncodeSnappy(b.packed[:cap(b.packed)], b.open)
	b.emit(b.packed, b.samples)
	b.open, b.samples = b.open[:0], 0
	if cap(b.open) > maxRequest/4 {
		b.open, b.packed = nil, nil
	}
}

// add takes the samples of one scrape; the caller holds the node.
func (b *Batch) add(n *node, samples []sample) {
	b.mu.Lock()
	defer b.mu.Unlock()
	size := n.bound(len(samples))
	if b.samples > 0 && len(b.open)+size > maxRequest {
		b.seal()
	}
	if size > maxRequest {
		b.addApart(n, samples)
		return
	}
	b.begin()
	b.open = append(b.open, n.symbols.encoded...)
	for i := range samples {
		s := &n.slots[samples[i].slot]
		b.open = appendSeries(b.open, &s.encoded, b.next-1, samples[i].time, samples[i].value)
	}
	b.next += uint32(len(n.symbols.numbers)) - 1
	if b.samples += len(samples); b.samples >= maxSamples {
		b.seal()
	}
}

// begin starts a request with the empty symbol, which must be the first.
func (b *Batch) begin() {
	if b.samples == 0 {
		b.open, b.next = append(b.open[:0], tagSymbol, 0), 1
	}
}

// addApart splits a node that is too large for one request into several, each with only the symbols that it needs.
func (b *Batch) addApart(n *node, samples []sample) {
	var own symbols
	var series []byte
	own.reset()
	flush := func(count int) {
		b.begin()
		b.open = append(append(b.open, own.encoded...), series...)
		b.samples = count
		b.seal()
		own.reset()
		series = series[:0]
	}
	count := 0
	for i := range samples {
		s := &n.slots[samples[i].slot]
		encoded := own.encode(s.labels, s.family)
		series = appendSeries(series, &encoded, 0, samples[i].time, samples[i].value)
		if count++; len(own.encoded)+len(series) > maxRequest/2 {
			flush(count)
			count = 0
		}
	}
	if count > 0 {
		flush(count)
	}
}

// bound returns what a block of the node has at most: five bytes a number and 64 for the rest of a series.
func (n *node) bound(samples int) int {
	return len(n.symbols.encoded) + 5*n.refs + 64*samples
}
