// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package sqlapi

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// answering serves the first body to a statement, and the second to requests for its partitions.
func answering(first, partition string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, partition)
			return
		}
		_, _ = io.WriteString(w, first)
	}
}

const twoPartitions = `{"code":"090001","statementHandle":"h1",
	"resultSetMetaData":{"numRows":2,"rowType":[{"name":"name"}],"partitionInfo":[{"rowCount":1},{"rowCount":1}]},
	"data":[["A"]]}`

func TestQueryTakesNothingElseForAResult(t *testing.T) {
	const columns = `"resultSetMetaData":{"numRows":1,"rowType":[{"name":"name"}],"partitionInfo":[{}]}`
	for name, test := range map[string]struct{ first, partition, want string }{
		"an empty object": {`{}`, ``, "no code"},
		"null":            {`null`, ``, "no code"},
		"an array":        {`[]`, ``, "JSON of another shape"},
		"a session's error": {
			`{"code":"391918","message":"Session no longer exists"}`, ``, "code 391918: Session no longer exists",
		},
		"a code as number": {`{"code":606,"message":"No warehouse"}`, ``, "code 606: No warehouse"},
		"another code":     {`{"code":"000606",` + columns + `,"data":[["A"]]}`, ``, "code 000606"},
		"no data":          {`{"code":"090001",` + columns + `}`, ``, "no data"},
		"null as data":     {`{"code":"090001",` + columns + `,"data":null}`, ``, "no data"},
		"no columns":       {`{"code":"090001","resultSetMetaData":{"numRows":0},"data":[]}`, ``, "no columns"},
		"no number of rows": {
			`{"code":"090001","resultSetMetaData":{"rowType":[{"name":"name"}]},"data":[]}`, ``, "no number of rows",
		},
		"too few rows":  {`{"code":"090001",` + columns + `,"data":[]}`, ``, "0 rows instead of 1"},
		"too many rows": {`{"code":"090001",` + columns + `,"data":[["A"],["B"]]}`, ``, "2 rows instead of 1"},
		"a short row":   {`{"code":"090001",` + columns + `,"data":[[]]}`, ``, "0 cells"},
		"a long row":    {`{"code":"090001",` + columns + `,"data":[["A","B"]]}`, ``, "2 cells"},
		"an escape in the message": {
			`{"code":"391918","message":"\u001b[2J\nGRANT"}`, ``, `code 391918: \x1b[2J\nGRANT`,
		},
		"an empty partition":           {twoPartitions, `{}`, "partition 1 has no data"},
		"a partition of another code":  {twoPartitions, `{"code":"391918","message":"gone"}`, "code 391918: gone"},
		"a partition without its rows": {twoPartitions, `{"data":[]}`, "partition 1 has 0 rows instead of 1"},
		"a partition of too many rows": {twoPartitions, `{"data":[["B"],["C"]]}`, "partition 1 has 2 rows instead of 1"},
		"no rows where a partition has some": {
			`{"code":"090001","resultSetMetaData":{"numRows":0,"rowType":[{"name":"name"}],"partitionInfo":[{"rowCount":3}]},
			"data":[]}`, ``, "partition 0 has 0 rows instead of 3",
		},
		"fewer rows than the partition has": {
			`{"code":"090001","resultSetMetaData":{"numRows":1,"rowType":[{"name":"name"}],"partitionInfo":[{"rowCount":3}]},
			"data":[["A"]]}`, ``, "partition 0 has 1 rows instead of 3",
		},
		"partitions that are more than the result": {
			strings.Replace(twoPartitions, `"numRows":2`, `"numRows":1`, 1), `{"data":[["B"]]}`, "2 rows instead of 1",
		},
		"a number of rows that is none": {
			`{"code":"090001","resultSetMetaData":{"numRows":0,"rowType":[{"name":"name"}],"partitionInfo":[{"rowCount":"x"}]},
			"data":[]}`, ``, "JSON of another shape",
		},
		"a column twice": {
			`{"code":"090001","resultSetMetaData":{"numRows":1,"rowType":[{"name":"name"},{"name":"NAME"}]},
			"data":[["A","B"]]}`, ``, "the column NAME twice",
		},
		"a partition of long rows": {twoPartitions, `{"data":[["A","B"]]}`, "2 cells"},
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, answering(test.first, test.partition))
			_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
			require.ErrorContains(t, err, test.want)
			require.Equal(t, "sql_invalid", Reason(err))
			require.NotContains(t, err.Error(), "\x1b")
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestQueryTakesNoPendingPartition(t *testing.T) {
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, `{"code":"333334","data":[["B"]]}`)
			return
		}
		_, _ = io.WriteString(w, twoPartitions)
	})
	_, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.ErrorContains(t, err, "code 333334")
}

func TestQueryReadsCellsOfOtherTypes(t *testing.T) {
	client := newClient(t, answering(`{"code":"090001","resultSetMetaData":{"numRows":1,"rowType":[
		{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"},{"name":"e"},{"name":"f"}],"partitionInfo":[{}]},
		"data":[["text",7,true,null,["x"],1.5e3]]}`, ``))
	result, err := client.Query(context.Background(), "SHOW COMPUTE POOLS")
	require.NoError(t, err)
	for column, want := range map[string]string{"a": "text", "b": "7", "c": "true", "e": `["x"]`, "f": "1.5e3"} {
		got, ok := result.Value(0, column)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	_, ok := result.Value(0, "d")
	require.False(t, ok, "NULL has no value")
	require.True(t, result.Has("A"))
	require.False(t, result.Has("z"))
}

// Whatever an account answers, what counts as a result has the rows and cells that it claims.
func FuzzAnswer(f *testing.F) {
	f.Add(twoPools, `{}`)
	f.Add(twoPartitions, `{"data":[["B"]]}`)
	f.Add(twoPartitions, `{"code":"391918","message":"gone"}`)
	f.Add(`{"code":"090001","resultSetMetaData":{"numRows":1,"rowType":[{"name":"name"}]},"data":[[1]]}`, ``)
	f.Add(`{"code":"391918","message":"Session no longer exists"}`, ``)
	f.Add(`{"code":"090001","resultSetMetaData":{"numRows":-1,"rowType":[{}]},"data":[]}`, ``)
	f.Fuzz(func(t *testing.T, first, next string) {
		var parsed, part answer
		if json.Unmarshal([]byte(first), &parsed) != nil || json.Unmarshal([]byte(next), &part) != nil {
			t.Skip()
		}
		result, err := parsed.result([]*answer{&part}[:min(1, max(0, len(parsed.Metadata.Partitions)-1))])
		if err != nil {
			require.Nil(t, result)
			return
		}
		require.Equal(t, successCode, string(parsed.Code))
		require.Equal(t, *parsed.Metadata.Rows, result.Len())
		for i := range result.Len() {
			require.Len(t, result.rows[i], len(parsed.Metadata.RowType))
			_, _ = result.Value(i, "name")
			_ = result.First(i)
		}
	})
}
