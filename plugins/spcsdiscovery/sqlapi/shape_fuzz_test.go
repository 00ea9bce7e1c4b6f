// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package sqlapi

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// shape is the shape of an answer that is valid JSON.
type shape struct {
	Code, PartCode                           string
	Columns, Rows, Cells, PartRows, PartCell uint8
	Claimed                                  int16
	Announced, PartAnnounced                 uint8
	Part, NoData, NoPartData, Announces      bool
}

func rows(count, cells uint8) [][]any {
	data := make([][]any, count)
	for i := range data {
		data[i] = make([]any, cells)
		for n := range data[i] {
			data[i][n] = []any{"text", 7, nil, true, []int{1}}[(i+n)%5]
		}
	}
	return data
}

// answers returns the first answer and, where there is one, that of its partition.
func (s shape) answers() (first, part map[string]any) {
	partitions := []map[string]any{{}}
	if s.Part {
		partitions = append(partitions, map[string]any{})
	}
	if s.Announces {
		for i, announced := range []uint8{s.Announced, s.PartAnnounced}[:len(partitions)] {
			partitions[i]["rowCount"] = announced
		}
	}
	columns := make([]any, s.Columns)
	for i := range columns {
		columns[i] = map[string]any{"name": strconv.Itoa(i)}
	}
	metadata := map[string]any{"numRows": s.Claimed, "rowType": columns, "partitionInfo": partitions}
	first = map[string]any{"code": s.Code, "data": rows(s.Rows, s.Cells), "resultSetMetaData": metadata}
	part = map[string]any{"data": rows(s.PartRows, s.PartCell)}
	if s.NoData {
		first["data"] = nil
	}
	if s.NoPartData {
		delete(part, "data")
	}
	if s.PartCode != "" {
		part["code"] = s.PartCode
	}
	return first, part
}

// complete reports whether the answers are those of a complete result.
func (s shape) complete() bool {
	total := int(s.Rows)
	good := s.Code == successCode && s.Columns > 0 && !s.NoData && (s.Rows == 0 || s.Cells == s.Columns)
	good = good && (!s.Announces || s.Announced == s.Rows)
	if s.Part {
		total += int(s.PartRows)
		good = good && (!s.Announces || s.PartAnnounced == s.PartRows)
		good = good && !s.NoPartData && (s.PartCode == "" || s.PartCode == successCode)
		good = good && (s.PartRows == 0 || s.PartCell == s.Columns)
	}
	return good && total == int(s.Claimed)
}

// An answer that is valid JSON counts exactly when it is a complete result.
func FuzzShapeOfAnswer(f *testing.F) {
	f.Add("090001", "", uint8(2), uint8(3), uint8(2), uint8(1), uint8(2), uint16(0), int16(4), uint8(1))
	f.Add("090001", "", uint8(2), uint8(3), uint8(2), uint8(1), uint8(2), uint16(0x103), int16(4), uint8(9))
	f.Add("090001", "", uint8(1), uint8(0), uint8(0), uint8(0), uint8(0), uint16(0x3), int16(0), uint8(8))
	f.Add("090001", "391918", uint8(1), uint8(1), uint8(1), uint8(1), uint8(1), uint16(0), int16(2), uint8(1))
	f.Add("391918", "", uint8(0), uint8(0), uint8(0), uint8(0), uint8(0), uint16(0), int16(0), uint8(0))
	f.Add("090001", "", uint8(1), uint8(0), uint8(0), uint8(0), uint8(0), uint16(0), int16(1), uint8(2))
	f.Fuzz(func(
		t *testing.T, code, partCode string, columns, rows, cells, partRows, partCell uint8, announced uint16, claimed int16,
		flags uint8,
	) {
		s := shape{
			Code: strings.ToValidUTF8(code, ""), PartCode: strings.ToValidUTF8(partCode, ""),
			Columns: columns % 8, Rows: rows % 8, Cells: cells % 8, PartRows: partRows % 8, PartCell: partCell % 8,
			Announced: uint8(announced) % 8, PartAnnounced: uint8(announced>>8) % 8, Announces: flags&8 > 0,
			Claimed: claimed, Part: flags&1 > 0, NoData: flags&2 > 0, NoPartData: flags&4 > 0,
		}
		first, part := s.answers()
		encodedFirst, err := json.Marshal(first)
		require.NoError(t, err)
		encodedPart, err := json.Marshal(part)
		require.NoError(t, err)
		var readFirst, readPart answer
		require.NoError(t, json.Unmarshal(encodedFirst, &readFirst))
		require.NoError(t, json.Unmarshal(encodedPart, &readPart))
		result, err := readFirst.result([]*answer{&readPart}[:len(readFirst.Metadata.Partitions)-1])
		require.Equal(t, s.complete(), err == nil, "%+v: %v", s, err)
		require.Equal(t, s.complete(), result != nil)
	})
}
