// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package trouble

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestATroubleIsLoggedAgainAfterAWhileAndItsEndOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zap.InfoLevel)
		trouble := New(zap.New(core), "It begins", "It ends")
		trouble.Ease()
		for range 60 {
			trouble.Record("400", 1)
			time.Sleep(30 * time.Second)
			trouble.Ease()
		}
		require.Len(t, logs.All(), 2, "in 30 minutes")
		trouble.Record("404", 1)
		trouble.Record("404", 5)
		time.Sleep(eased)
		trouble.Ease()
		trouble.Ease()
		var lines []string
		for _, line := range logs.All() {
			lines = append(lines, fmt.Sprint(line.Message, line.ContextMap()))
		}
		require.Equal(t, []string{
			"It beginsmap[samples:1]", "It beginsmap[samples:40]", "It beginsmap[samples:20]",
			"It endsmap[samples_lost_meanwhile:5]",
		}, lines)
	})
}

func TestKindsThatAlternateAreOneLineEach(t *testing.T) {
	core, logs := observer.New(zap.InfoLevel)
	trouble := New(zap.New(core), "It begins", "It ends")
	for range 20 {
		trouble.Record("502", 0)
		trouble.Record("503", 0)
	}
	require.Len(t, logs.All(), 2)
	require.Empty(t, logs.All()[0].ContextMap(), "what is only delayed is not counted")
}

func TestAForeignSentenceIsOneShortPrintableLine(t *testing.T) {
	require.Equal(t, "a [31mb c", Sentence(" a\n\x1b[31mb\tc\x00"))
	require.Equal(t, "a 31mb c d", Sentence("a\u009b31mb\u202ec\u2028\u2066d"))
	require.Len(t, Sentence(strings.Repeat("x", 1<<20)), maxSentence+3)
	require.Equal(t, "?", Sentence("\xff\xfe"))
}
