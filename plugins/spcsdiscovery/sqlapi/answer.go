// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package sqlapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
)

// successCode is the code of a statement that was executed.
// Source: https://docs.snowflake.com/en/developer-guide/sql-api/handling-responses
const successCode = "090001"

// Result holds the rows of one statement.
type Result struct {
	columns map[string]int
	rows    [][]cell
}

// Len returns the number of rows.
func (r *Result) Len() int { return len(r.rows) }

// Has reports whether there is a column of that name, in any case.
func (r *Result) Has(column string) bool {
	_, found := r.columns[strings.ToLower(column)]
	return found
}

// Value returns the cell of the named column (in any case) in row i; ok is false where the column is missing or the
// cell is NULL.
func (r *Result) Value(i int, column string) (value string, ok bool) {
	at, found := r.columns[strings.ToLower(column)]
	if !found || at >= len(r.rows[i]) {
		return "", false
	}
	return r.rows[i][at].text, r.rows[i][at].set
}

// First returns the first cell of row i, whatever its column is called; NULL is empty.
func (r *Result) First(i int) string {
	if len(r.rows[i]) == 0 {
		return ""
	}
	return r.rows[i][0].text
}

// cell is a string as the API writes it, or the JSON of another type; set is false for NULL.
type cell struct {
	text string
	set  bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *cell) UnmarshalJSON(raw []byte) error {
	var value text
	if err := value.UnmarshalJSON(raw); err != nil {
		return err
	}
	*c = cell{string(value), !bytes.Equal(raw, []byte("null"))}
	return nil
}

// text is a JSON string, or what stands in its place.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(raw []byte) error {
	switch {
	case bytes.Equal(raw, []byte("null")):
		*t = ""
	case raw[0] == '"':
		return json.Unmarshal(raw, (*string)(t))
	default:
		*t = text(raw)
	}
	return nil
}

// partition is what the first answer says of one part of the result.
type partition struct {
	Rows *int `json:"rowCount"`
}

// check compares the rows that came with those that were announced, where they were.
func (p partition) check(number, rows int) error {
	if p.Rows != nil && *p.Rows != rows {
		return fmt.Errorf("partition %d has %d rows instead of %d", number, rows, *p.Rows)
	}
	return nil
}

type answer struct {
	Code     text   `json:"code"`
	SQLState string `json:"sqlState"`
	Message  text   `json:"message"`
	Handle   text   `json:"statementHandle"`
	Metadata struct {
		Rows    *int `json:"numRows"`
		RowType []struct {
			Name string `json:"name"`
		} `json:"rowType"`
		Partitions []partition `json:"partitionInfo"`
	} `json:"resultSetMetaData"`
	Data [][]cell `json:"data"`
}

// checkFirst refuses an answer that describes no result.
func (a *answer) checkFirst() error {
	switch {
	case a.Code == "" && a.Message == "":
		return errors.New("the answer has no code")
	case a.Code != successCode:
		return a.refusal()
	case len(a.Metadata.RowType) == 0:
		return errors.New("the answer has no columns")
	case a.Metadata.Rows == nil:
		return errors.New("the answer has no number of rows")
	case a.Data == nil:
		return errors.New("the answer has no data")
	}
	if len(a.Metadata.Partitions) > 0 {
		return a.Metadata.Partitions[0].check(0, len(a.Data))
	}
	return nil
}

// columns returns the place of each column by its name, whose case does not count.
func (a *answer) columns() (map[string]int, error) {
	columns := make(map[string]int, len(a.Metadata.RowType))
	for i, column := range a.Metadata.RowType {
		name := strings.ToLower(column.Name)
		if _, twice := columns[name]; twice {
			return nil, fmt.Errorf("the answer has the column %s twice", shown.Sentence(column.Name))
		}
		columns[name] = i
	}
	return columns, nil
}

// refusal is what the account says instead of a result.
func (a *answer) refusal() error {
	return fmt.Errorf("code %s: %s", shown.Sentence(string(a.Code)), shown.Sentence(string(a.Message)))
}

// result returns the rows of all partitions, or an error where they are not those of a complete result.
func (a *answer) result(parts []*answer) (*Result, error) {
	if err := a.checkFirst(); err != nil {
		return nil, err
	}
	columns, err := a.columns()
	if err != nil {
		return nil, err
	}
	result := &Result{columns: columns, rows: a.Data}
	for i, part := range parts {
		// A partition has its data alone; a code is there only where it is a refusal, or the first's again.
		if part.Code != "" && part.Code != successCode {
			return nil, part.refusal()
		}
		if part.Data == nil {
			return nil, fmt.Errorf("partition %d has no data", i+1)
		}
		if err := a.Metadata.Partitions[i+1].check(i+1, len(part.Data)); err != nil {
			return nil, err
		}
		result.rows = append(result.rows, part.Data...)
	}
	if result.Len() != *a.Metadata.Rows {
		return nil, fmt.Errorf("the answer has %d rows instead of %d", result.Len(), *a.Metadata.Rows)
	}
	for i, row := range result.rows {
		if len(row) != len(a.Metadata.RowType) {
			return nil, fmt.Errorf("row %d has %d cells in %d columns", i+1, len(row), len(a.Metadata.RowType))
		}
	}
	return result, nil
}
