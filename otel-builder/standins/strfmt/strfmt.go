// Package strfmt has the types of the alertmanager's interface by which Prometheus sends alerts, without the others.
package strfmt

import "time"

// URI is an address.
type URI string

// DateTime is a time as RFC 3339 writes it.
type DateTime time.Time

// MarshalJSON writes it in UTC.
func (t DateTime) MarshalJSON() ([]byte, error) { return time.Time(t).UTC().MarshalJSON() }
