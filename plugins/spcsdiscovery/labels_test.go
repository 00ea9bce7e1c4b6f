// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"strconv"
	"sync"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/stretchr/testify/assert"
)

// The race detector fails it where the library is not mended, see spcsmetrics/programs/mended_library.py.
func TestScrapesOfAPoolShareATableOfNamesThatGrows(t *testing.T) {
	const names = 5_000 // a table begins with place for 1,024
	table := labels.NewSymbolTable()
	var scrapes sync.WaitGroup
	for scrape := range 3 {
		scrapes.Go(func() {
			scratch := labels.NewScratchBuilderWithSymbolTable(table, 1)
			builder := labels.NewBuilderWithSymbolTable(table)
			var overwritten labels.Labels
			for i := range names {
				value := strconv.Itoa(scrape*names + i)
				scratch.Reset()
				scratch.Add("scraped", value)
				builder.Reset(scratch.Labels())
				builder.Set("added", value)
				built := builder.Labels()
				assert.Equal(t, value, built.Get("scraped"))
				assert.Equal(t, value, built.Get("added"))
				scratch.Overwrite(&overwritten)
				assert.Equal(t, value, overwritten.Get("scraped"))
			}
		})
	}
	scrapes.Wait()
}
