// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Command spcs-doctor is the doctor as a program of its own; the collector's image has it inside the collector.
package main

import "github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/doctor/command"

func main() { command.Main() }
