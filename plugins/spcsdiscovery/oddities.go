// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"strings"

	"go.uber.org/zap"
)

// oddity is something in the samples of a scrape that succeeds: a word for it, and the lines of its begin and its end
// without the noun that they begin with.
type oddity struct{ reason, begins, ends string }

// oddities are in the order in which numbers returns them.
var oddities = [...]oddity{
	{
		"duplicate_series",
		"sends samples that cannot be stored: they are left out",
		"sends only what can be stored again",
	},
	{
		"future_timestamp",
		"sends samples with times more than ten minutes ahead: they are left out",
		"sends only samples of the present again",
	},
	{
		"own_timestamps",
		"sends samples with times of its own: they are stored with the time of the scrape",
		"leaves the time of all samples to the scrape again",
	},
	{
		"target_info",
		"sends target_info: it is stored as a series of this node, and left out of OpenTelemetry metrics",
		"has ceased to send target_info",
	},
	{
		"reserved_series",
		"sends series that the scrape itself reports, such as up: they are left out",
		"leaves the scrape's own series to the scrape again",
	},
	{
		"reserved_name",
		"sends series under names of the platform, of rules or of the scrape: they are left out",
		"sends only series under names of its own again",
	},
	{
		"reserved_label",
		"sends labels snow_* or __* that only the platform can give: they are removed",
		"leaves the labels snow_* and __* to the platform again",
	},
	{
		"too_many_new_series",
		"begins more new series in two hours than it may: they are left out",
		"has ceased to begin more new series than it may",
	},
}

// numbers returns how many samples of the scrape have each oddity.
func (n nodeScrape) numbers() [len(oddities)]int {
	// The library refuses samples of the future before they are counted as taken.
	future := min(n.future, n.LeftOut)
	return [...]int{n.LeftOut - future, future, n.OwnTimes, n.TargetInfo, n.Replaced, n.Reserved, n.Stripped, n.Excess}
}

// leftOut returns how many samples of the scrape are not stored.
func (n nodeScrape) leftOut() int { return n.LeftOut + n.Replaced + n.Reserved + n.Excess }

// odd returns words for what is odd in the samples of a scrape that succeeded; empty when all is as it should be.
func (n nodeScrape) odd() string {
	var reasons []string
	for i, number := range n.numbers() {
		if number > 0 {
			reasons = append(reasons, oddities[i].reason)
		}
	}
	return strings.Join(reasons, ", ")
}

// firstOddity returns the word for one of them, because a label that is a list has a value for each mixture.
func (n nodeScrape) firstOddity() string {
	for i, number := range n.numbers() {
		if number > 0 {
			return oddities[i].reason
		}
	}
	return ""
}

// logOddities logs what is odd in the samples of a scrape and was not in the one before, and what was and is not.
func (s *scrapes) logOddities(node func() []zap.Field, before, now nodeScrape) {
	earlier := before.numbers()
	for i, number := range now.numbers() {
		switch of := oddities[i]; {
		case number > 0 && earlier[i] == 0:
			s.logger.Warn(s.subject.noun+" "+of.begins, append(node(), zap.String("reason", of.reason), zap.Int("samples", number))...)
		case number == 0 && earlier[i] > 0:
			s.logger.Info(s.subject.noun+" "+of.ends, node()...)
		}
	}
}
