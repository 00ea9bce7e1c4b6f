// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package storetest is a store for tests: it reads Remote Write 2.0 requests with Prometheus's own code.
package storetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/metadata"
	"github.com/prometheus/prometheus/model/value"
	writev2 "github.com/prometheus/prometheus/prompb/io/prometheus/write/v2"
	"github.com/stretchr/testify/require"
)

// Sample is one value of a series.
type Sample struct {
	Value float64
	Time  int64
}

// String writes a sample, `stale` for a marker of staleness.
func (s Sample) String() string {
	if value.IsStaleNaN(s.Value) {
		return fmt.Sprintf("stale@%d", s.Time)
	}
	return fmt.Sprintf("%v@%d", s.Value, s.Time)
}

// Store holds what was written to it.
type Store struct {
	t testing.TB

	mu       sync.Mutex
	series   map[string][]Sample
	families map[string]metadata.Metadata
	sizes    []int
}

// New returns an empty store.
func New(t testing.TB) *Store {
	return &Store{t: t, series: map[string][]Sample{}, families: map[string]metadata.Metadata{}}
}

// Write takes a compressed request that should hold as many samples.
func (s *Store) Write(packed []byte, samples int) {
	raw, err := snappy.Decode(nil, packed)
	require.NoError(s.t, err)
	var request writev2.Request
	require.NoError(s.t, request.Unmarshal(raw))
	require.Empty(s.t, request.Symbols[0])
	require.Len(s.t, request.Timeseries, samples)
	s.mu.Lock()
	defer s.mu.Unlock()
	builder := labels.NewScratchBuilder(8)
	for _, series := range request.Timeseries {
		ls, err := series.ToLabels(&builder, request.Symbols)
		require.NoError(s.t, err)
		require.Len(s.t, series.Samples, 1)
		got := series.Samples[0]
		s.series[ls.String()] = append(s.series[ls.String()], Sample{got.Value, got.Timestamp})
		s.families[ls.Get(model.MetricNameLabel)], err = series.ToMetadata(request.Symbols)
		require.NoError(s.t, err)
	}
	s.sizes = append(s.sizes, len(raw))
}

// Sizes returns how many bytes each request had before compression.
func (s *Store) Sizes() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sizes)
}

// Family returns what was written last of the family of series of a name.
func (s *Store) Family(name string) metadata.Metadata {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.families[name]
}

// Names returns the series whose text begins with these words, sorted.
func (s *Store) Names(words string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := slices.Sorted(maps.Keys(s.series))
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, words) })
}

// Samples returns the samples of a series.
func (s *Store) Samples(name string) []Sample {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.series[name])
}

// Text returns the samples of a series as words.
func (s *Store) Text(name string) (texts []string) {
	for _, sample := range s.Samples(name) {
		texts = append(texts, sample.String())
	}
	return texts
}

// Wait returns the samples of a series once the last one is as asked.
func (s *Store) Wait(name string, isLast func(Sample) bool) []Sample {
	s.t.Helper()
	var samples []Sample
	require.Eventually(s.t, func() bool {
		samples = s.Samples(name)
		return len(samples) > 0 && isLast(samples[len(samples)-1])
	}, 20*time.Second, 10*time.Millisecond, "no such sample of %s among %s", name, s.Names(""))
	return samples
}
