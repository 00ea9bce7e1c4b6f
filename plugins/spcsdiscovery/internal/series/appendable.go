// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package series takes the samples of scrapes with the rules of Prometheus's own storage. It gives them on as Remote
// Write 2.0 requests, for which what is constant of a series is encoded once, and one by one to whoever asks for them.
package series

import (
	"context"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/storage"
)

// Sample is a sample of a scrape with the family that it belongs to.
type Sample struct {
	Labels labels.Labels
	Family *scrape.MetricMetadata
	Time   int64
	Value  float64
}

// Counts says of one scrape how many samples the target published after relabelling.
type Counts struct {
	Published int
	// LeftOut is how many of them could not be taken, and Replaced how many gave way to what the scrape itself reports
	// under the same name and labels.
	LeftOut, Replaced int
	// OwnTimes is how many were taken with a time of their own, in place of which the scrape's counts.
	OwnTimes int
	// TargetInfo is how many were the metric of that name, also where the target's judge left them out.
	TargetInfo int
	// Reserved is how many others the judge left out, and Stripped how many lost labels to it.
	Reserved, Stripped int
	// Excess is how many were left out because their series are new, and the target had begun as many as it may.
	Excess int
}

// Judge decides on a series that a target publishes: the labels to store, whether some were removed, and whether to
// leave the series out.
type Judge func(labels.Labels) (kept labels.Labels, stripped, leftOut bool)

// Takers are given what a scrape has committed; each may be nil.
type Takers struct {
	// Batch makes requests of the samples.
	Batch *Batch
	// Consume takes the samples themselves; an error means that they are lost.
	Consume func(context.Context, iter.Seq[Sample]) error
	// Note learns of every scrape, also of a failed one, but not of the markers that end a target.
	Note func(*scrape.Target, Counts)
	// Judge returns the judge of a target, or nil where all of its series are taken. Targets with the same labels have
	// the same one.
	Judge func(*scrape.Target) Judge
	// NewSeries returns how many series a target may begin in allowanceTime, or 0 for any number.
	NewSeries func(*scrape.Target) int
}

// Appendable implements storage.AppendableV2.
type Appendable struct {
	takers Takers
	// forgetAfter is how long the series of a target are kept without a scrape.
	forgetAfter time.Duration

	generations atomic.Uint32

	mu    sync.Mutex
	nodes map[string]*node
	swept time.Time
}

var _ storage.AppendableV2 = (*Appendable)(nil)

// NewAppendable returns an appendable that forgets a target that was not scraped for a time.
func NewAppendable(forgetAfter time.Duration, takers Takers) *Appendable {
	return &Appendable{takers: takers, forgetAfter: forgetAfter, nodes: map[string]*node{}, swept: time.Now()}
}

// AppenderV2 implements storage.AppendableV2. The context must be that of a scrape loop.
func (a *Appendable) AppenderV2(ctx context.Context) storage.AppenderV2 {
	app := &appender{appendable: a, ctx: ctx}
	var ok bool
	if app.target, ok = scrape.TargetFromContext(ctx); ok {
		app.identity = identity(app.target)
	}
	app.families, _ = scrape.MetricMetadataStoreFromContext(ctx)
	return app
}

// identity is what the labels of a target make of it in the store: a target that was found again is the same one.
func identity(target *scrape.Target) string {
	var key strings.Builder
	target.LabelsRange(func(l labels.Label) {
		key.WriteString(l.Name)
		key.WriteByte(0xff)
		key.WriteString(l.Value)
		key.WriteByte(0xff)
	})
	return key.String()
}

// acquire returns the state of a target, for the caller alone until it is released.
func (a *Appendable) acquire(identity string, target *scrape.Target) *node {
	a.mu.Lock()
	now := time.Now()
	a.sweep(now)
	n := a.nodes[identity]
	if n == nil {
		n = newNode(a.takers.Batch != nil, &a.generations)
		if a.takers.Judge != nil {
			n.judge = a.takers.Judge(target)
		}
		if a.takers.NewSeries != nil {
			n.allowance = newAllowance(a.takers.NewSeries(target))
		}
		a.nodes[identity] = n
	}
	n.users++
	n.usedAt = now
	a.mu.Unlock()
	n.mu.Lock()
	return n
}

// release gives back a state, which is forgotten when the target has ended.
func (a *Appendable) release(identity string, n *node, ended bool) {
	n.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	n.users--
	if ended && n.users == 0 && a.nodes[identity] == n {
		delete(a.nodes, identity)
	}
}

// sweep forgets the targets that ended without a marker, as those of a stopped job do; the caller holds the lock.
func (a *Appendable) sweep(now time.Time) {
	if now.Sub(a.swept) < a.forgetAfter/4 {
		return
	}
	a.swept = now
	for identity, n := range a.nodes {
		if n.users == 0 && now.Sub(n.usedAt) > a.forgetAfter {
			delete(a.nodes, identity)
		}
	}
}
