// Package sigv4 stands in for Prometheus's sign-in to a store of Amazon, by which neither collector nor demo writes.
package sigv4

import (
	"errors"
	"net/http"
)

var errAbsent = errors.New("this program is built without sigv4")

// SigV4Config refuses every setting.
type SigV4Config struct{}

// UnmarshalYAML refuses.
func (*SigV4Config) UnmarshalYAML(func(any) error) error { return errAbsent }

// NewSigV4RoundTripper refuses.
func NewSigV4RoundTripper(*SigV4Config, http.RoundTripper) (http.RoundTripper, error) {
	return nil, errAbsent
}
