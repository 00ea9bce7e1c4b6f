// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package shown

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestLineSpellsOutWhatIsNotPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"MY_POOL":        "MY_POOL",
		"größe \"a\" \\": `größe "a" \`,
		"x\x1b[2J":       `x\x1b[2J`,
		"a\nGRANT\tb":    `a\nGRANT\tb`,
		"a\u202eb":       `a\u202eb`,
		"a\u0085b":       `a\u0085b`,
		"a\xffb":         `a\xffb`,
		"a\u2028b":       `a\u2028b`,
	} {
		require.Equal(t, want, Line(text))
	}
}

func TestSentenceIsBounded(t *testing.T) {
	require.Equal(t, `a\x00`, Sentence("a\x00"))
	long := Sentence(strings.Repeat("ö", maxSentence))
	require.LessOrEqual(t, len(long), maxSentence+3)
	require.True(t, utf8.ValidString(long))
}
