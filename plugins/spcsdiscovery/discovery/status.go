// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"log/slog"
	"maps"
	"net/netip"
	"time"

	"github.com/prometheus/common/model"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
)

// Status is what one refresh found.
type Status struct {
	// Pools holds every pool that is known and watched, and Services every opted-in service: one of both, by the role.
	Pools    []PoolStatus
	Services []ServiceStatus
	// Shards is how many share the pools, 0 where they are not shared; OtherShards names the pools of the others.
	Shards      int
	OtherShards []string
	// Failures counts failures by reason since the start: sql_*, dns_* and pool_name.
	Failures map[string]int64
	// RefreshDuration is the time the refresh took.
	RefreshDuration time.Duration
	// FailedInARow is the number of refreshes that failed since the last success: without the account, or without a pool.
	FailedInARow int
	// LastSuccess is when a refresh last succeeded; zero before the first.
	LastSuccess time.Time
	// AccountError says why the account was unavailable last time; empty when it answered.
	AccountError string
}

// PoolStatus is what is known of one pool.
type PoolStatus struct {
	// Name, State and InstanceFamily are as the account writes them; the last two are empty where it left them out.
	Name, State, InstanceFamily string
	// DNSName is the name under which nodes were found last.
	DNSName string
	// Nodes are the targets, also those that are kept while lookups fail.
	Nodes []netip.AddrPort
	// Reason is a word and Error a sentence for what failed in the last lookup; empty when nothing did.
	Reason, Error string
	// LastSuccess is when nodes were found last; zero when they never were.
	LastSuccess time.Time
}

// reporter writes the log lines, counts the failures, and hands the status of every refresh to the observer.
type reporter struct {
	logger          *slog.Logger
	observe         func(Status)
	refreshInterval model.Duration
	// subject is what the discovery lists.
	subject string

	// shards is how many share the pools, and otherShards are those of the last refresh that are not watched here.
	shards      int
	otherShards []string
	// failures counts by reason since the start.
	failures map[string]int64
	// refreshed is set once the first refresh has ended.
	refreshed    bool
	failedInARow int
	lastSuccess  time.Time
}

func newReporter(c *SDConfig, logger *slog.Logger, subject string) *reporter {
	return &reporter{
		logger: logger, observe: c.observe, refreshInterval: c.RefreshInterval, subject: subject,
		failures: map[string]int64{}, shards: c.Shard.Count,
	}
}

// status completes the report on a refresh that took this long.
func (r *reporter) status(took time.Duration, found Status) Status {
	found.OtherShards, found.Shards = r.otherShards, r.shards
	found.Failures, found.RefreshDuration = maps.Clone(r.failures), took
	found.FailedInARow, found.LastSuccess = r.failedInARow, r.lastSuccess
	return found
}

// refreshEnded records the end of a refresh and hands its status to the observer.
func (r *reporter) refreshEnded(ok bool, took time.Duration, known int, status func(time.Duration) Status) {
	if !r.refreshed {
		r.refreshed = true
		facts := []any{r.subject, known, "without_failure", ok, "took", took.Round(time.Millisecond)}
		if len(r.otherShards) > 0 {
			facts = append(facts, r.subject+"_of_other_shards", len(r.otherShards))
		}
		r.logger.Info("First look at the "+r.subject+" has ended", facts...)
	}
	r.failedInARow++
	if ok {
		r.lastSuccess, r.failedInARow = time.Now(), 0
	}
	r.show(status(took))
}

// show hands a status to the observer.
func (r *reporter) show(status Status) {
	if r.observe != nil {
		r.observe(status)
	}
}

func (r *reporter) countFailure(reason string) { r.failures[reason]++ }

// Failures are warnings: the collector's logger would add a stack trace to an error.

func (r *reporter) accountFailed(f failure, knownPools int) {
	r.logger.Warn("Refresh failed: known pools are kept and followed by DNS, and the account is asked again",
		"reason", f.reason, "err", f.text, "known_pools", knownPools,
		"account_asked_again_in", max(r.refreshInterval, model.Duration(f.held)))
}

func (r *reporter) accountRecovered(pools int, after time.Duration) {
	r.logger.Info("Account answers again", "pools", pools, "after", after)
}

func (r *reporter) allDropped(staleAfter model.Duration) {
	r.logger.Warn("All pools dropped: the account was unreachable for too long", "account_stale_after", staleAfter)
}

func (r *reporter) listCutOff(rows int) {
	r.logger.Warn("The list of pools may be cut off: "+
		"SHOW gives no more rows than this, so name the pools in `compute_pools`", "rows", rows)
}

// poolAdded logs a new pool, except those of the first refresh.
func (r *reporter) poolAdded(p pool) {
	if r.refreshed {
		r.logger.Info("Pool is new", "compute_pool", shown.Line(p.name), "state", shown.Line(p.facts["state"]))
	}
	if p.quoted && checkPoolName(p.name) == nil {
		r.logger.Warn("Pool has small letters in its name, and DNS ignores case: "+
			"a pool whose name differs only in case has the same nodes",
			"compute_pool", shown.Line(p.name), "dns_name", dnsNames(p.name)[0])
	}
}

func (r *reporter) poolRemoved(name string) {
	r.logger.Info("Pool is listed no more: its series end", "compute_pool", shown.Line(name))
}

func (r *reporter) lookupFailed(name string, f failure, keptNodes int) {
	r.logger.Warn("Pool lookup failed: its known nodes are kept and the next refresh tries again",
		"compute_pool", shown.Line(name), "reason", f.reason, "err", f.text,
		"kept_nodes", keptNodes, "next_refresh_in", r.refreshInterval)
}

func (r *reporter) targetsFailed(name string, f failure, nodes int) {
	r.logger.Warn("Pool lookup failed for some of its nodes: their last addresses are kept, the others are followed",
		"compute_pool", shown.Line(name), "reason", f.reason, "err", f.text,
		"nodes", nodes, "next_refresh_in", r.refreshInterval)
}

func (r *reporter) lookupRecovered(name string, nodes int, after time.Duration) {
	r.logger.Info("Pool can be looked up again", "compute_pool", shown.Line(name), "nodes", nodes, "after", after)
}

func (r *reporter) poolDropped(name string, staleAfter model.Duration) {
	r.logger.Warn("Pool dropped: its nodes could not be looked up for too long",
		"compute_pool", shown.Line(name), "stale_after", staleAfter)
}
