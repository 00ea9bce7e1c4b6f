// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package sqlapi

import (
	"regexp"
	"strings"
)

var plain = regexp.MustCompile(`^[A-Z_][A-Z0-9_$]*$`)

// Identifier writes a name as SQL needs it: in quotes unless it is a plain one.
func Identifier(name string) string {
	if plain.MatchString(name) {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
