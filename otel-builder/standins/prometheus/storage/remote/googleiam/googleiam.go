// Package googleiam stands in for Prometheus's sign-in to a store of Google, by which neither collector nor demo writes.
package googleiam

import (
	"errors"
	"net/http"
)

var errAbsent = errors.New("this program is built without google_iam")

// Config refuses every setting.
type Config struct{}

// UnmarshalYAML refuses.
func (*Config) UnmarshalYAML(func(any) error) error { return errAbsent }

// NewRoundTripper refuses.
func NewRoundTripper(*Config, http.RoundTripper) (http.RoundTripper, error) { return nil, errAbsent }
