// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"time"

	"github.com/prometheus/common/model"
)

// accountReporter reports on the account that lists pools or services.
type accountReporter interface {
	countFailure(reason string)
	accountFailed(f failure, known int)
	accountRecovered(listed int, after time.Duration)
	allDropped(staleAfter model.Duration)
	listCutOff(rows int)
}

// listing keeps the account's last list of pools or services while the account is unavailable.
type listing[T any] struct {
	staleAfter model.Duration
	reporter   accountReporter

	// listed is the account's last answer, and listedAt when it came; zero before the first.
	listed   []T
	listedAt time.Time
	// cutOff is set once the list was too long for one answer.
	cutOff bool
	// outage and failure are of the last time that the account was asked.
	outage  outage
	failure failure
}

// ask returns what a query of the account lists, and whether that is up to date. While the account is unavailable, its
// last answer goes on being used for account_stale_after.
func (l *listing[T]) ask(ctx context.Context, query func(context.Context) ([]T, error)) (found []T, current bool) {
	found, err := query(ctx)
	if err == nil {
		l.recordSuccess(found)
		return found, true
	}
	if isCanceled(ctx) {
		return nil, false
	}
	l.recordFailure(newAccountFailure(err))
	return l.listed, false
}

// accountError says why the account was unavailable last time; it is empty when the account answered.
func (l *listing[T]) accountError() string { return l.failure.text }

func (l *listing[T]) recordSuccess(found []T) {
	l.listed, l.listedAt, l.failure = found, time.Now(), failure{}
	if lasted, ok := l.outage.recordSuccess(); ok {
		l.reporter.accountRecovered(len(found), lasted)
	}
}

// recordFailure keeps the last answer until that is too old to rely on.
func (l *listing[T]) recordFailure(f failure) {
	l.failure = f
	l.reporter.countFailure(f.reason)
	changed := l.outage.recordFailure(f.reason)
	if f.held > 0 && l.outage.recordHold() || changed {
		l.reporter.accountFailed(f, len(l.listed))
	}
	limit := time.Duration(l.staleAfter)
	if limit > 0 && len(l.listed) > 0 && time.Since(l.listedAt) > limit {
		l.listed = nil
		l.reporter.allDropped(l.staleAfter)
	}
}

// checkLength logs once that an answer is as long as an answer can be.
func (l *listing[T]) checkLength(rows int) {
	if rows >= maxShown && !l.cutOff {
		l.cutOff = true
		l.reporter.listCutOff(rows)
	}
}
