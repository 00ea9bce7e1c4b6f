// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
)

// Write prints the report for a person. Names are shown as single lines, so that none of them acts on a terminal or
// continues on a line of its own.
func (r *Report) Write(w io.Writer) {
	if r.Account != "" {
		fmt.Fprintf(w, "Account %s, user %s, role %s\n\n", shown.Line(r.Account), shown.Line(r.User), shown.Line(r.Role))
	}
	for _, problem := range r.Problems {
		fmt.Fprintf(w, "Problem: %s\n\n", shown.Line(problem))
	}
	r.writePools(w)
	r.writeServices(w)
}

func (r *Report) writePools(w io.Writer) {
	if len(r.Pools) == 0 {
		fmt.Fprintln(w, "No pools found.")
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	sharded := slices.ContainsFunc(r.Pools, func(p Pool) bool { return p.Shard != nil })
	head := "POOL\tSTATE\tPRIVILEGE\tNODES\tFIRST NODE\tVERDICT"
	if sharded {
		head += "\tSHARD"
	}
	fmt.Fprintln(table, head)
	for _, p := range r.Pools {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s",
			cell(p.Name), cell(p.State), cell(p.Privilege), p.Nodes, cell(p.Scrape), p.Verdict)
		if sharded {
			fmt.Fprint(table, "\t", p.shard())
		}
		fmt.Fprintln(table)
	}
	_ = table.Flush()
	for _, p := range r.Pools {
		writeProblem(w, p.Name, p.Problem, p.Fix)
	}
}

func writeProblem(w io.Writer, name, problem, fix string) {
	if problem != "" {
		fmt.Fprintf(w, "\n%s: %s\n", shown.Line(name), shown.Line(problem))
	}
	if fix != "" {
		fmt.Fprintf(w, "    %s\n", statement(fix))
	}
}

// shard returns which shard watches the pool; one that the account does not list has none.
func (p Pool) shard() string {
	if p.Shard == nil {
		return "-"
	}
	return strconv.Itoa(*p.Shard)
}

// WriteJSON prints the report for a program, in printable characters alone.
func (r *Report) WriteJSON(w io.Writer) {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(r)
	_, _ = w.Write(shown.JSON(encoded.Bytes()))
}

// maxCell is as long as a pool's name may be in DNS. A longer one is in full below the table, with its problem.
const maxCell = 63

// cell returns text for the table, where one long cell would pad all rows.
func cell(text string) string {
	if text == "" {
		return "-"
	}
	line := []rune(shown.Line(text))
	if len(line) > maxCell {
		return string(line[:maxCell]) + "..."
	}
	return string(line)
}

// statement shows SQL as it is, or as a comment where a name in it has characters that are spelled out.
func statement(sql string) string {
	if line := shown.Line(sql); line != sql {
		return "-- A name has characters that are not printable, spelled out here: " + line
	}
	return sql
}
