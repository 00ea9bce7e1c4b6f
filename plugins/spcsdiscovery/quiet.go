// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import (
	"fmt"
	"net/url"

	"go.uber.org/zap/zapcore"
)

// failureMessage is what the Prometheus receiver logs for each failed scrape of each node.
const failureMessage = "Failed to scrape Prometheus endpoint"

// dropMessages are what the scrape library logs for each scrape whose samples it takes only in part, with the reasons.
var dropMessages = map[string]string{
	"Error on ingesting samples with different value but same timestamp":         "duplicate_series",
	"Error on ingesting out-of-order samples":                                    "out_of_order",
	"Error on ingesting samples that are too old or are too far into the future": "out_of_bounds",
}

// quietCore takes out what would fill the log with a line for each node and interval; scrapes tells the changes.
type quietCore struct {
	zapcore.Core
	scrapes *scrapes
	// target is the address of the node that the logger is for.
	target string
}

// Check implements zapcore.Core.
func (c quietCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if entry.Message == failureMessage {
		return checked
	}
	if reason, ok := dropMessages[entry.Message]; ok {
		c.scrapes.drop(c.target, reason)
		return checked
	}
	return c.Core.Check(entry, checked)
}

// With implements zapcore.Core; the scrape library gives each node's logger the field `target`, a URL.
func (c quietCore) With(fields []zapcore.Field) zapcore.Core {
	for _, field := range fields {
		if field.Key != "target" {
			continue
		}
		text := field.String
		if named, ok := field.Interface.(fmt.Stringer); ok {
			text = named.String()
		}
		if target, err := url.Parse(text); err == nil {
			c.target = target.Host
		}
	}
	c.Core = c.Core.With(fields)
	return c
}
