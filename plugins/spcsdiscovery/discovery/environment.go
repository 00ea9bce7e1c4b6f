// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"os"
	"strconv"
	"strings"
)

// SessionTokenFile is where Snowpark Container Services writes a service's token.
const SessionTokenFile = "/snowflake/session/token"

// FromEnvironment returns the defaults with the account that Snowpark Container Services names to every container.
// It is for receivers and commands: spcs_sd_configs itself takes nothing from the environment.
func FromEnvironment() SDConfig {
	c := DefaultSDConfig
	c.Host = os.Getenv("SNOWFLAKE_HOST")
	if protocol := os.Getenv("SNOWFLAKE_PROTOCOL"); protocol != "" {
		c.Protocol = strings.ToLower(protocol)
	}
	if port := os.Getenv("SNOWFLAKE_PORT"); port != "" {
		// Where the port is not a number, it becomes 0, which Check refuses by name.
		c.Port, _ = strconv.Atoi(port)
	}
	return c
}
