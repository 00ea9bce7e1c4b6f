// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/doctor/command"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/healthcheck"
)

// The build puts this file beside what the builder generates. Under other names the collector's program is the doctor
// and the health check, which need what it has anyway.
func init() {
	switch filepath.Base(os.Args[0]) {
	case "spcs-doctor":
		command.Main()
	case "healthcheck":
		healthcheck.Main()
	}
}
