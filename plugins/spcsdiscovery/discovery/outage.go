// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import "time"

// reminderInterval is how long a failure that stays the same is not logged again.
const reminderInterval = 20 * time.Minute

// outage is a row of failures of one thing. It decides which of them are worth a log line: the first, one with another
// reason, and now and then a reminder.
type outage struct {
	// reason is the last failure's; empty while nothing fails.
	reason string
	// since is when the failures began, loggedAt when one was logged last.
	since, loggedAt time.Time
	// held is set once a line says for how long the account wants no requests.
	held bool
}

// recordFailure reports whether to log the failure.
func (o *outage) recordFailure(reason string) bool {
	now := time.Now()
	if o.reason == "" {
		o.since = now
	}
	if o.reason == reason && now.Sub(o.loggedAt) < reminderInterval {
		return false
	}
	o.reason, o.loggedAt = reason, now
	return true
}

// recordHold reports whether to log for how long the account wants no requests: once, because each request that it
// answers may begin that time anew.
func (o *outage) recordHold() bool {
	first := !o.held
	o.held = true
	return first
}

// recordSuccess returns how long the failures lasted; ok is false when there were none.
func (o *outage) recordSuccess() (lasted time.Duration, ok bool) {
	if o.reason == "" {
		return 0, false
	}
	lasted = time.Since(o.since).Round(time.Second)
	*o = outage{}
	return lasted, true
}
