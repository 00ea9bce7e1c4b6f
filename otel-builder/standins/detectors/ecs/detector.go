// Package ecs stands in for the detector that asks Amazon ECS where a program runs, which the configuration does not use.
package ecs

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/sdk/resource"
)

type absent struct{}

// NewResourceDetector returns a detector that fails.
func NewResourceDetector() resource.Detector { return absent{} }

func (absent) Detect(context.Context) (*resource.Resource, error) {
	return nil, errors.New("this collector is built without the resource detector aws.ecs")
}
