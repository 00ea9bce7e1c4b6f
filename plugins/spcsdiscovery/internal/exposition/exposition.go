// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package exposition explains why what a node published cannot be read.
package exposition

import (
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/trouble"
)

// marks are how the parser writes the first bytes of a body with a byte order mark, in UTF-8 or UTF-16.
var marks = []string{`\ufeff`, `\xef`, `\xff`, `\xfe`}

// EndedEarly reports whether a body ended before it was complete: its connection or its compressed stream was cut off,
// which look the same.
func EndedEarly(err error) bool {
	var of *url.Error
	return errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, &of)
}

// IsEmptyStream reports whether a body that is said to be compressed has no byte. A connection that ends has the same
// error wrapped.
func IsEmptyStream(err error) bool { return err == io.EOF }

// Explain returns one short line about an error of a scrape.
func Explain(err error) string {
	text := trouble.Sentence(err.Error())
	switch {
	case IsEmptyStream(err):
		return "the answer is said to be compressed, and is empty"
	case EndedEarly(err):
		return "the answer ended early: its connection or its compressed stream was cut off (" + text + ")"
	}
	_, body, _ := strings.Cut(text, `while parsing: "`)
	if slices.ContainsFunc(marks, func(mark string) bool { return strings.HasPrefix(body, mark) }) {
		return "the answer begins with a byte order mark or is not UTF-8, and metrics must be plain UTF-8: " + text
	}
	return text
}
