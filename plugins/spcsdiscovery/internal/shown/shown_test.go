// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package shown

import (
	"encoding/json"
	"strconv"
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

func TestJSONEscapesWhatIsNotPrintableAndReadsTheSame(t *testing.T) {
	name := "A\x1b[2J\u009b31m\u202eb\u2066c\u007f\u2028\U000e0041\n größe <&> 雪"
	encoded, err := json.MarshalIndent(map[string]string{"name": name}, "", "  ")
	require.NoError(t, err)
	escaped := JSON(encoded)
	for _, r := range string(escaped) {
		require.True(t, r == '\n' || strconv.IsPrint(r), "%q", r)
	}
	require.Contains(t, string(escaped), `\u009b31m\u202eb\u2066c\u007f`)
	require.Contains(t, string(escaped), "größe", "what is printable stays as it is")
	var read map[string]string
	require.NoError(t, json.Unmarshal(escaped, &read))
	require.Equal(t, name, read["name"])
}

func TestSentenceIsBounded(t *testing.T) {
	require.Equal(t, `a\x00`, Sentence("a\x00"))
	long := Sentence(strings.Repeat("ö", maxSentence))
	require.LessOrEqual(t, len(long), maxSentence+3)
	require.True(t, utf8.ValidString(long))
}
