// Package azuread stands in for Prometheus's sign-in to a store of Azure, by which neither collector nor demo writes.
package azuread

import (
	"errors"
	"net/http"
)

var errAbsent = errors.New("this program is built without azuread")

// AzureADConfig refuses every setting.
type AzureADConfig struct{}

// UnmarshalYAML refuses.
func (*AzureADConfig) UnmarshalYAML(func(any) error) error { return errAbsent }

// NewAzureADRoundTripper refuses.
func NewAzureADRoundTripper(*AzureADConfig, http.RoundTripper) (http.RoundTripper, error) {
	return nil, errAbsent
}
