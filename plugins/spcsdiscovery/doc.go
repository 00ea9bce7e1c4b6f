// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package spcsdiscovery is the receiver `spcs`: it scrapes every node of every compute pool of a Snowflake account.
package spcsdiscovery // import "github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery"
