// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"errors"
	"time"

	"github.com/prometheus/prometheus/model/labels"
)

const (
	// allowanceTime is about as long as a store holds in memory what has ended.
	allowanceTime = 2 * time.Hour
	// meanLabels is how many bytes the labels of the series may have on average.
	meanLabels = 1 << 10
	// maxExcess is how many bytes of labels of a scrape may be left out. The library keeps the strings of all that it
	// reads for many minutes, so that beyond it reads no further.
	maxExcess = 1 << 20
)

var errTooManyNewSeries = errors.New("too many new series")

// allowance bounds the series that a target begins in a time: one whose series never stay would fill the store, however
// few of them each scrape has. It is nil where a target may begin any number.
type allowance struct {
	most  int
	since time.Time
	// begun has the size of the labels by their hash: a series that comes back is not a new one.
	begun map[uint64]int
	bytes int
}

func newAllowance(most int) *allowance {
	if most == 0 {
		return nil
	}
	return &allowance{most: most, since: time.Now(), begun: map[uint64]int{}}
}

// take reports whether a series may begin, and whether it is a new one.
func (a *allowance) take(hash uint64, size int) (allowed, isNew bool) {
	if time.Since(a.since) > allowanceTime {
		a.since, a.begun, a.bytes = time.Now(), map[uint64]int{}, 0
	}
	if _, known := a.begun[hash]; known {
		return true, false
	}
	if len(a.begun) >= a.most || a.bytes+size > a.most*meanLabels {
		return false, false
	}
	a.begun[hash], a.bytes = size, a.bytes+size
	return true, true
}

// giveBack takes back series that were not stored.
func (a *allowance) giveBack(hashes []uint64) {
	for _, hash := range hashes {
		a.bytes -= a.begun[hash]
		delete(a.begun, hash)
	}
}

func sizeOf(ls labels.Labels) (size int) {
	ls.Range(func(l labels.Label) { size += len(l.Name) + len(l.Value) })
	return size
}
