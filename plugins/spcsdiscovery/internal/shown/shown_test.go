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

func TestAnAddressIsShownWithoutWhatMayAuthenticate(t *testing.T) {
	for text, want := range map[string]string{
		"":                     `""`,
		"localhost:9090":       `"localhost:9090"`,
		"https://a.b":          `"https://a.b"`,
		"a b":                  `"a b"`,
		"a\x1b":                `"a\x1b"`,
		"ftp://x/w?key=S3CR3T": `"ftp://x/w"`,
		"127.0.0.1/x#S3CR3T":   `"127.0.0.1/x"`,
	} {
		require.Equal(t, want, Address(text))
	}
	for _, text := range []string{
		"ftp://user:S3CR3T@x/", "http://user:S3CR3T@bad host/", "http://x:S3CR3T:/", "user:S3CR3T@h", "u:S3CR3T",
		"http://u:S3CR3T%zz@h/", "http://u:1/S3CR3T@h/", "http://u:1?S3CR3T@h/", "S3CR3T@h", "\x1b:S3CR3T",
	} {
		require.NotContains(t, Address(text), "S3CR3T")
		require.Contains(t, Address(text), "not shown")
	}
}
