// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOutageLogsAnHourInFiveLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var account outage
		lines := 0
		for range 60 {
			if account.recordFailure("sql_server") {
				lines++
			}
			time.Sleep(time.Minute)
		}
		lasted, ended := account.recordSuccess()
		require.True(t, ended)
		require.Equal(t, time.Hour, lasted)
		require.LessOrEqual(t, lines+1, 5)
		require.Positive(t, lines)
		_, ended = account.recordSuccess()
		require.False(t, ended)
		require.True(t, account.recordFailure("sql_server"), "a new outage is logged at once")
		require.True(t, account.recordFailure("sql_auth"), "and so is another reason")
	})
}
