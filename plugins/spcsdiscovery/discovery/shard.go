// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"strings"
)

// ShardConfig says which pools a collector watches where several share them. A pool belongs to one shard as a whole, so
// that rules over a pool see all of it. The zero value is one collector for all pools.
type ShardConfig struct {
	// Index is the number of this shard, from 0. It is a pointer so that a count without it is refused.
	Index *int `yaml:"index,omitempty" mapstructure:"index"`
	// Count is how many shards there are; 0 where the pools are not shared.
	Count int `yaml:"count,omitempty" mapstructure:"count"`
}

// check returns an error for keys that would watch nothing, or what another shard watches, too.
func (s ShardConfig) check() error {
	switch {
	case s.Count == 0 && s.Index == nil:
		return nil
	case s.Count < 0:
		return fmt.Errorf("`shard::count` is %d: set how many shards there are, at least 1", s.Count)
	case s.Count == 0:
		return fmt.Errorf("`shard::index` is %d and `shard::count` is not set: set how many shards there are", *s.Index)
	case s.Index == nil:
		return fmt.Errorf("`shard::count` is %d and `shard::index` is not set: set which of them this is, from 0 to %d",
			s.Count, s.Count-1)
	case *s.Index < 0 || *s.Index >= s.Count:
		return fmt.Errorf("`shard::index` is %d and `shard::count` is %d: set an index from 0 to %d",
			*s.Index, s.Count, s.Count-1)
	default:
		return nil
	}
}

// split returns the pools of this shard, and the names of those that other shards watch.
func (s ShardConfig) split(pools []pool) (own []pool, others []string) {
	if s.Count == 0 {
		return pools, nil
	}
	for _, p := range pools {
		if s.owns(p.name) {
			own = append(own, p)
		} else {
			others = append(others, p.name)
		}
	}
	return own, others
}

// owns reports whether a pool, and the services in it, belong to this shard.
func (s ShardConfig) owns(pool string) bool {
	return s.Count == 0 || ShardOf(pool, s.Count) == *s.Index
}

// ShardOf returns the shard that watches a pool: hashmod, as relabelling of Prometheus has it, of the name in capitals,
// because pools whose names differ only in case have the same nodes.
func ShardOf(pool string, count int) int {
	sum := md5.Sum([]byte(strings.ToUpper(pool)))
	return int(binary.BigEndian.Uint64(sum[8:]) % uint64(count))
}
