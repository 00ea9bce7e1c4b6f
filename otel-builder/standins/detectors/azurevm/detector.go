// Package azurevm stands in for the detector that asks Azure where a program runs, which the configuration does not use.
package azurevm

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/sdk/resource"
)

type absent struct{}

// New returns a detector that fails.
func New() resource.Detector { return absent{} }

func (absent) Detect(context.Context) (*resource.Resource, error) {
	return nil, errors.New("this collector is built without the resource detector azure.vm")
}
