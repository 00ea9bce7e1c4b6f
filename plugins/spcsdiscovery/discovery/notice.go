// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import "time"

// reminderInterval is how long a failure that stays the same is not logged again.
const reminderInterval = 20 * time.Minute

// notice decides what is worth a log line: changes, and now and then that a failure still stays.
type notice struct {
	// reason is the present failure's; empty while there is none.
	reason string
	// since is when the failures began, said when the last was logged.
	since, said time.Time
}

// failed notes a failure and tells whether to log it: the first, one with another reason, or a reminder.
func (n *notice) failed(reason string) bool {
	now := time.Now()
	if n.reason == "" {
		n.since = now
	}
	if n.reason == reason && now.Sub(n.said) < reminderInterval {
		return false
	}
	n.reason, n.said = reason, now
	return true
}

// ended notes a success and returns how long the failures lasted; ok is false when there were none.
func (n *notice) ended() (lasted time.Duration, ok bool) {
	if n.reason == "" {
		return 0, false
	}
	lasted = time.Since(n.since).Round(time.Second)
	*n = notice{}
	return lasted, true
}
