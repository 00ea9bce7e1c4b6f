// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
)

// statusHost notes what a component reports.
type statusHost struct {
	component.Host
	reported []componentstatus.Status
}

func (h *statusHost) Report(event *componentstatus.Event) {
	h.reported = append(h.reported, event.Status())
}

func TestTheReceiverIsUnhealthyAfterThreeFailedRefreshesUntilOneSucceeds(t *testing.T) {
	host := &statusHost{Host: componenttest.NewNopHost()}
	observed := &health{host: host}
	for _, failed := range []int{0, 1, 2, 3, 4, 0, 0, 1} {
		observed.report(discovery.Status{FailedInARow: failed})
	}
	require.Equal(t, []componentstatus.Status{
		componentstatus.StatusRecoverableError, componentstatus.StatusOK,
	}, host.reported)
}
