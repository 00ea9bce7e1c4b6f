// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"maps"
	"sync"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
	"go.uber.org/zap"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/exposition"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/series"
)

// forgetAfter is how many scrape intervals a node is remembered after its last scrape.
const forgetAfter = 10

// nodeScrape is the last scrape of one node.
type nodeScrape struct {
	at   time.Time
	took time.Duration
	// reason is a word and err a sentence for why it failed; empty when it did not.
	reason, err string
	series.Counts
	// future is how many samples were left out since their times are too far ahead.
	future int
}

// scrapes watches a receiver's scrapes: it keeps the last one of each node, counts failures, and logs a node when it
// goes down, for another reason, or comes back.
type scrapes struct {
	logger   *zap.Logger
	interval time.Duration
	subject  scrapeSubject

	mu sync.Mutex
	// last is by the nodes' addresses, which are remembered since they cost more to find than all the rest.
	last      map[string]nodeScrape
	addresses map[*scrape.Target]string
	failures  map[string]int64
	// reserved counts samples of reserved names or labels by reason, from the start on.
	reserved map[string]int64
	// future holds, by the target's URL, the samples of the future in a scrape that is under way.
	future map[string]int
}

// scrapeSubject is what is scraped: a noun for log lines, fields that say which one it is, and what to add to an error.
type scrapeSubject struct {
	noun     string
	describe func(*scrape.Target) []zap.Field
	remedy   func(target *scrape.Target, reason string) string
}

var nodeSubject = scrapeSubject{
	noun: "Node", describe: describe, remedy: func(*scrape.Target, string) string { return "" },
}

func newScrapes(logger *zap.Logger, interval time.Duration) *scrapes {
	return newScrapesOf(nodeSubject, logger, interval)
}

func newScrapesOf(of scrapeSubject, logger *zap.Logger, interval time.Duration) *scrapes {
	return &scrapes{
		logger: logger, interval: interval, subject: of,
		last: map[string]nodeScrape{}, addresses: map[*scrape.Target]string{}, failures: map[string]int64{},
		future: map[string]int{}, reserved: map[string]int64{},
	}
}

// noteFuture takes down that the scrape of a target which is under way has samples of the future.
func (s *scrapes) noteFuture(target string, samples int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.future[target] = samples
}

// note takes down the scrape that a target has just had.
func (s *scrapes) note(target *scrape.Target, counts series.Counts) {
	own := 0
	if counts.TargetInfo > 0 && discovered(target).Get(discovery.LabelPoolName) == "" {
		// The collector describes itself by it, as do the SDKs of OpenTelemetry.
		own, counts.TargetInfo = counts.TargetInfo, 0
	}
	now := nodeScrape{at: target.LastScrape(), took: target.LastScrapeDuration(), Counts: counts}
	if err := target.LastError(); err != nil {
		now.reason = scrapeReason(err)
		now.err = exposition.Explain(err) + s.subject.remedy(target, now.reason)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	address, known := s.addresses[target]
	if !known {
		s.forget()
		address = discovered(target).Get(model.AddressLabel)
		s.addresses[target] = address
	}
	if len(s.future) > 0 {
		now.future = s.future[target.String()]
		delete(s.future, target.String())
	}
	before := s.last[address]
	s.last[address] = now
	s.count(now)
	if counts.Reserved+counts.Stripped+own > 0 {
		s.countReserved(counts, own)
	}
	s.log(func() []zap.Field { return s.subject.describe(target) }, before, now)
}

func (s *scrapes) count(now nodeScrape) {
	if now.reason != "" {
		s.failures[now.reason]++
	}
	for i, number := range now.numbers() {
		if number > 0 {
			s.failures[oddities[i].reason]++
		}
	}
}

func (s *scrapes) countReserved(counts series.Counts, info int) {
	s.reserved["reserved_name"] += int64(counts.Reserved)
	s.reserved["reserved_label"] += int64(counts.Stripped)
	s.reserved[series.TargetInfo] += int64(info)
}

// discovered returns the labels of a target as they were before relabelling.
func discovered(target *scrape.Target) labels.Labels {
	return target.DiscoveredLabels(labels.NewBuilder(labels.EmptyLabels()))
}

// describe says which node it is. The collector's own metrics are scraped in the same way.
func describe(target *scrape.Target) []zap.Field {
	found := discovered(target)
	address, pool := found.Get(model.AddressLabel), found.Get(discovery.LabelPoolName)
	if pool == "" {
		return []zap.Field{zap.String("node", "this collector"), zap.String("endpoint", address)}
	}
	return []zap.Field{zap.String("compute_pool", pool), zap.String("node", address)}
}

// log says what is different from the scrape before.
func (s *scrapes) log(node func() []zap.Field, before, now nodeScrape) {
	switch {
	case now.reason == before.reason:
	case now.reason == "":
		s.logger.Info(s.subject.noun+" can be scraped again", node()...)
	default:
		s.logger.Warn(s.subject.noun+" cannot be scraped: its series end, and each interval tries again",
			append(node(), zap.String("reason", now.reason), zap.String("err", now.err))...)
	}
	if now.reason == "" {
		s.logOddities(node, before, now)
	}
}

// forget drops the nodes that are scraped no more.
func (s *scrapes) forget() {
	oldest := time.Now().Add(-forgetAfter * s.interval)
	maps.DeleteFunc(s.last, func(_ string, last nodeScrape) bool { return last.at.Before(oldest) })
	maps.DeleteFunc(
		s.addresses,
		func(target *scrape.Target, _ string) bool { return target.LastScrape().Before(oldest) },
	)
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

// reservedSamples returns how many samples were left out because of their names, or lost labels, by reason.
func (s *scrapes) reservedSamples() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.reserved)
}
