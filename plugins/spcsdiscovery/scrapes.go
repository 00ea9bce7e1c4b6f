// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
)

// forgetAfter is how many scrape intervals a node is remembered after its last scrape.
const forgetAfter = 10

// nodeScrape is the last scrape of one node.
type nodeScrape struct {
	// pool and address are as they were discovered.
	pool, address string
	at            time.Time
	took          time.Duration
	// reason is a word and err a sentence for why it failed; empty when it did not.
	reason, err string
}

// scrapes watches a receiver's scrapes: it keeps the last one of each node, counts failures, and logs a node when it
// goes down, for another reason, or comes back.
type scrapes struct {
	logger   *zap.Logger
	interval time.Duration

	mu       sync.Mutex
	last     map[string]nodeScrape
	failures map[string]int64
}

func newScrapes(logger *zap.Logger, interval time.Duration) *scrapes {
	return &scrapes{logger: logger, interval: interval, last: map[string]nodeScrape{}, failures: map[string]int64{}}
}

// note takes down the scrape whose samples are consumed with this context.
func (s *scrapes) note(ctx context.Context) {
	target, ok := scrape.TargetFromContext(ctx)
	if !ok {
		return
	}
	found := target.DiscoveredLabels(labels.NewBuilder(labels.EmptyLabels()))
	now := nodeScrape{
		pool: found.Get(discovery.LabelPoolName), address: found.Get(model.AddressLabel),
		at: target.LastScrape(), took: target.LastScrapeDuration(),
	}
	if err := target.LastError(); err != nil {
		now.reason, now.err = scrapeReason(err), err.Error()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before, known := s.last[now.address]
	// The last samples of a node that goes are markers of staleness, and no scrape.
	if known && before.at.Equal(now.at) {
		return
	}
	if !known {
		s.forget()
	}
	s.last[now.address] = now
	if now.reason != "" {
		s.failures[now.reason]++
	}
	s.tell(before, now)
}

func (s *scrapes) tell(before, now nodeScrape) {
	node := []zap.Field{zap.String("compute_pool", now.pool), zap.String("node", now.address)}
	switch {
	case now.reason == before.reason:
	case now.reason == "":
		s.logger.Info("Node can be scraped again", node...)
	default:
		s.logger.Warn("Node cannot be scraped: its series end, and each interval tries again",
			append(node, zap.String("reason", now.reason), zap.String("err", now.err))...)
	}
}

// forget drops the nodes that are scraped no more.
func (s *scrapes) forget() {
	oldest := time.Now().Add(-forgetAfter * s.interval)
	maps.DeleteFunc(s.last, func(_ string, last nodeScrape) bool { return last.at.Before(oldest) })
}

// snapshot returns the last scrape of each node by its address.
func (s *scrapes) snapshot() map[string]nodeScrape {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.last)
}

// counts returns the failed scrapes since the start by reason.
func (s *scrapes) counts() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.failures)
}

// failureMessage is what the Prometheus receiver logs for each failed scrape of each node.
const failureMessage = "Failed to scrape Prometheus endpoint"

// quietCore leaves out failureMessage, which would fill the log with one line a node and interval; scrapes tells changes.
type quietCore struct{ zapcore.Core }

// Check implements zapcore.Core.
func (c quietCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if entry.Message == failureMessage {
		return checked
	}
	return c.Core.Check(entry, checked)
}

// With implements zapcore.Core.
func (c quietCore) With(fields []zapcore.Field) zapcore.Core { return quietCore{c.Core.With(fields)} }
