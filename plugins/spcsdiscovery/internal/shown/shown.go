// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package shown makes text from elsewhere fit to be shown: none of it acts on a terminal or begins a line of its own.
package shown

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxSentence bounds what is shown of a message from elsewhere, in bytes.
const maxSentence = 500

// Line returns text as one line, with each character that is not printable spelled out as Go writes it.
func Line(text string) string {
	if utf8.ValidString(text) && strings.IndexFunc(text, isHidden) < 0 {
		return text
	}
	var line strings.Builder
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRuneInString(text[at:])
		if (r == utf8.RuneError && size == 1) || isHidden(r) {
			quoted := strconv.Quote(text[at : at+size])
			line.WriteString(quoted[1 : len(quoted)-1])
		} else {
			line.WriteString(text[at : at+size])
		}
		at += size
	}
	return line.String()
}

// Sentence returns Line of the beginning of a message.
func Sentence(text string) string {
	if len(text) <= maxSentence {
		return Line(text)
	}
	return Line(strings.ToValidUTF8(text[:maxSentence], "")) + "..."
}

// Address returns an address that cannot be used, in quotes and without its query; where it may hold a password, words
// in its stead. What follows a colon and is not a number may be one.
func Address(text string) string {
	address := text
	if at := strings.IndexAny(text, "?#"); at >= 0 {
		address = text[:at]
	}
	host := address
	if _, after, found := strings.Cut(address, "//"); found {
		host = after
	}
	host, _, _ = strings.Cut(host, "/")
	_, port, err := net.SplitHostPort(host)
	_, notNumber := strconv.ParseUint("0"+port, 10, 64)
	if strings.Contains(text, "@") || strings.Contains(host, ":") && (err != nil || notNumber != nil) {
		return "an address that may hold a password, so it is not shown"
	}
	return strconv.Quote(address)
}

// JSON returns encoded JSON with each character that is not printable written as an escape of JSON: it reads the same.
// Only strings have such characters, except for the white space between values.
func JSON(encoded []byte) []byte {
	safe := make([]byte, 0, len(encoded))
	for _, r := range string(encoded) {
		switch {
		case r < ' ' || !isHidden(r):
			safe = utf8.AppendRune(safe, r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			safe = fmt.Appendf(safe, `\u%04x\u%04x`, high, low)
		default:
			safe = fmt.Appendf(safe, `\u%04x`, r)
		}
	}
	return safe
}

func isHidden(r rune) bool { return !strconv.IsPrint(r) }
