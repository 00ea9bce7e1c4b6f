// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package trouble logs what goes on for long and would fill a log: when it begins, when it changes, and when it ends.
package trouble

import (
	"strings"
	"time"
	"unicode"

	"go.uber.org/zap"
)

const (
	// repeatAfter is when a trouble that goes on is logged once more.
	repeatAfter = 20 * time.Minute
	// eased is how long all must be well before that is logged: good and bad may alternate.
	eased = 2 * time.Minute
	// maxSentence bounds how much is logged of words that come from elsewhere.
	maxSentence = 300
)

// Trouble is one that costs samples or delays them. It has one caller at a time.
type Trouble struct {
	logger       *zap.Logger
	begins, ends string
	// loggedAt holds when each kind was logged last since the trouble began.
	loggedAt map[string]time.Time
	lastAt   time.Time
	samples  int64
}

// New returns a trouble with the lines of its begin, or a change, and of its end.
func New(logger *zap.Logger, begins, ends string) *Trouble {
	return &Trouble{logger: logger, begins: begins, ends: ends, loggedAt: map[string]time.Time{}}
}

// Record says that samples are lost in this moment, or delayed where their number is 0. A kind that the trouble has not
// had yet is a change.
func (t *Trouble) Record(kind string, samples int64, fields ...zap.Field) {
	now := time.Now()
	t.lastAt = now
	t.samples += samples
	if at, known := t.loggedAt[kind]; known && now.Sub(at) < repeatAfter {
		return
	}
	if t.samples > 0 {
		fields = append(fields, zap.Int64("samples", t.samples))
	}
	t.logger.Warn(t.begins, fields...)
	t.loggedAt[kind], t.samples = now, 0
}

// Ease says that all is well in this moment.
func (t *Trouble) Ease() {
	if len(t.loggedAt) == 0 || time.Since(t.lastAt) < eased {
		return
	}
	var fields []zap.Field
	if t.samples > 0 {
		fields = append(fields, zap.Int64("samples_lost_meanwhile", t.samples))
	}
	t.logger.Info(t.ends, fields...)
	t.samples = 0
	clear(t.loggedAt)
}

// Sentence makes one short, printable line of words that come from elsewhere.
func Sentence(text string) string {
	if len(text) > 4*maxSentence {
		text = text[:4*maxSentence]
	}
	line := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	runes := []rune(strings.Join(strings.Fields(line), " "))
	if len(runes) > maxSentence {
		return string(runes[:maxSentence]) + "..."
	}
	return string(runes)
}
