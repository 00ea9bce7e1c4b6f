// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package storeexporter

import (
	"time"

	"go.uber.org/zap"
)

const (
	// tellAgain is when a refusal that goes on is told once more.
	tellAgain = 20 * time.Minute
	// eased is how long nothing may be refused before that is told: refused and taken requests may alternate.
	eased = 2 * time.Minute
)

// refusal tells that the store refuses samples: when it begins, when its answer is another one, and when it ends.
type refusal struct {
	logger         *zap.Logger
	status         string
	toldAt, lastAt time.Time
	samples        int64
}

func (r *refusal) tell(status, text string, samples int64) {
	now := time.Now()
	r.lastAt = now
	r.samples += samples
	if status == r.status && now.Sub(r.toldAt) < tellAgain {
		return
	}
	r.logger.Warn("The store refuses samples: they are lost",
		zap.String("status", status), zap.String("answer", text), zap.Int64("samples", r.samples))
	r.status, r.toldAt, r.samples = status, now, 0
}

func (r *refusal) ease() {
	if r.status == "" || time.Since(r.lastAt) < eased {
		return
	}
	r.logger.Info("The store takes all samples again", zap.Int64("refused_meanwhile", r.samples))
	*r = refusal{logger: r.logger}
}
