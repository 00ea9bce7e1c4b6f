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
	// dropped is a word for why some of its samples could not be taken; empty when all could.
	dropped string
}

// scrapes watches a receiver's scrapes: it keeps the last one of each node, counts failures, and logs a node when it
// goes down, for another reason, or comes back.
type scrapes struct {
	logger   *zap.Logger
	interval time.Duration

	mu       sync.Mutex
	last     map[string]nodeScrape
	failures map[string]int64
	// dropping holds the reasons of the scrapes that are under way, by the target's address.
	dropping map[string]string
}

func newScrapes(logger *zap.Logger, interval time.Duration) *scrapes {
	return &scrapes{
		logger: logger, interval: interval,
		last: map[string]nodeScrape{}, failures: map[string]int64{}, dropping: map[string]string{},
	}
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
	now.dropped = s.dropping[target.URL().Host]
	delete(s.dropping, target.URL().Host)
	before, known := s.last[now.address]
	// The last samples of a node that goes are markers of staleness, and no scrape.
	if known && before.at.Equal(now.at) {
		return
	}
	if !known {
		s.forget()
	}
	s.last[now.address] = now
	for _, reason := range []string{now.reason, now.dropped} {
		if reason != "" {
			s.failures[reason]++
		}
	}
	s.tell(before, now)
}

// drop takes down, before the scrape of this target is noted, that some of its samples could not be taken.
func (s *scrapes) drop(target, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropping[target] = reason
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
	switch {
	case now.dropped == before.dropped:
	case now.dropped == "":
		s.logger.Info("Node sends only what can be stored again", node...)
	default:
		s.logger.Warn("Node sends samples that cannot be stored: they are left out",
			append(node, zap.String("reason", now.dropped))...)
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
