// Package ec2 stands in for the detector that asks Amazon EC2 where a program runs, which the configuration does not use.
package ec2

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/sdk/resource"
)

type absent struct{}

// NewResourceDetector returns a detector that fails.
func NewResourceDetector() resource.Detector { return absent{} }

func (absent) Detect(context.Context) (*resource.Resource, error) {
	return nil, errors.New("this collector is built without the resource detector aws.ec2")
}
