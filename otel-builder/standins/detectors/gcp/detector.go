// Package gcp stands in for the detector that asks Google Cloud where a program runs, which the configuration does not use.
package gcp

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/sdk/resource"
)

type absent struct{}

// NewDetector returns a detector that fails.
func NewDetector() resource.Detector { return absent{} }

func (absent) Detect(context.Context) (*resource.Resource, error) {
	return nil, errors.New("this collector is built without the resource detector gcp")
}
