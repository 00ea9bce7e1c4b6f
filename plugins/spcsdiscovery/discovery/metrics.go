// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import promdiscovery "github.com/prometheus/prometheus/discovery"

// metrics hands the shared refresh metrics of Prometheus to the discoverer.
type metrics struct {
	refresh promdiscovery.RefreshMetricsInstantiator
}

// Register implements discovery.DiscovererMetrics.
func (*metrics) Register() error { return nil }

// Unregister implements discovery.DiscovererMetrics.
func (*metrics) Unregister() {}
