// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package sqlapi

import (
	"regexp"
	"strings"
)

var plain = regexp.MustCompile(`^[A-Z_][A-Z0-9_$]*$`)

// Identifier writes a name as people read it in SQL: in quotes unless it is a plain one.
func Identifier(name string) string {
	if plain.MatchString(name) {
		return name
	}
	return quote(name)
}

// QuotedName writes the parts of a name in quotes, so that none of them is read as a keyword.
func QuotedName(parts ...string) string {
	quoted := make([]string, len(parts))
	for i, part := range parts {
		quoted[i] = quote(part)
	}
	return strings.Join(quoted, ".")
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
