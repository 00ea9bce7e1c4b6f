// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Write prints the report for a person.
func (r *Report) Write(w io.Writer) {
	if r.Account != "" {
		fmt.Fprintf(w, "Account %s, user %s, role %s\n\n", r.Account, r.User, r.Role)
	}
	for _, problem := range r.Problems {
		fmt.Fprintf(w, "Problem: %s\n\n", problem)
	}
	if len(r.Pools) == 0 {
		fmt.Fprintln(w, "No pools.")
		return
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "POOL\tSTATE\tPRIVILEGE\tNODES\tFIRST NODE\tVERDICT")
	for _, p := range r.Pools {
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\n",
			p.Name, dash(p.State), dash(p.Privilege), p.Nodes, dash(p.Scrape), p.Verdict)
	}
	_ = table.Flush()
	for _, p := range r.Pools {
		if p.Problem != "" {
			fmt.Fprintf(w, "\n%s: %s\n", p.Name, p.Problem)
		}
		if p.Mend != "" {
			fmt.Fprintf(w, "    %s\n", p.Mend)
		}
	}
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
