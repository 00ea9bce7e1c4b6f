// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package spcsdiscovery

import "go.opentelemetry.io/collector/confmap"

// dropEmptyShardKeys removes the keys that an empty variable left empty, which would be refused as numbers.
func dropEmptyShardKeys(conf *confmap.Conf) {
	for _, key := range []string{"shard::index", "shard::count"} {
		if conf.Get(key) == "" {
			conf.Delete(key)
		}
	}
}
