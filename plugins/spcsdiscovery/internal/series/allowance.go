// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package series

import "time"

// allowanceTime is about as long as a store holds in memory what has ended.
const allowanceTime = 2 * time.Hour

// allowance bounds the series that a target begins in a time: one whose series never stay would fill the store, however
// few of them each scrape has. It is nil where a target may begin any number.
type allowance struct {
	most  int
	since time.Time
	// begun are the hashes of the labels: a series that comes back is not a new one.
	begun map[uint64]struct{}
}

func newAllowance(most int) *allowance {
	if most == 0 {
		return nil
	}
	return &allowance{most: most, since: time.Now(), begun: map[uint64]struct{}{}}
}

// take reports whether a series may begin, and whether it is a new one.
func (a *allowance) take(hash uint64) (allowed, isNew bool) {
	if a == nil {
		return true, false
	}
	if time.Since(a.since) > allowanceTime {
		a.since, a.begun = time.Now(), map[uint64]struct{}{}
	}
	if _, known := a.begun[hash]; known {
		return true, false
	}
	if len(a.begun) >= a.most {
		return false, false
	}
	a.begun[hash] = struct{}{}
	return true, true
}

// giveBack takes back series that were not stored.
func (a *allowance) giveBack(hashes []uint64) {
	for _, hash := range hashes {
		delete(a.begun, hash)
	}
}
