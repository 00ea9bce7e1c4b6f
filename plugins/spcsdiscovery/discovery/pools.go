// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"errors"

	"github.com/prometheus/common/model"
)

// showPools lists the pools on which the role has any privilege; it needs no warehouse.
// Source: https://docs.snowflake.com/en/sql-reference/sql/show-compute-pools
const showPools = "SHOW COMPUTE POOLS"

// poolColumns are the columns of SHOW COMPUTE POOLS that become labels of the same name.
var poolColumns = []string{
	"state", "instance_family", "owner", "min_nodes", "max_nodes", "target_nodes",
	"active_nodes", "idle_nodes", "is_exclusive", "application", "comment",
}

// pool is one compute pool: its name as the account writes it, and the facts that the account gave.
type pool struct {
	name  string
	facts map[string]string
}

func (p pool) labels() model.LabelSet {
	set := model.LabelSet{labelPoolName: model.LabelValue(p.name)}
	for column, value := range p.facts {
		set[model.LabelName(poolPrefix+column)] = model.LabelValue(value)
	}
	return set
}

// expectsNodes tells whether missing DNS records are a fault rather than a pool at rest.
func (p pool) expectsNodes() bool {
	switch p.facts["state"] {
	case "STARTING", "STOPPING", "SUSPENDED":
		return false
	default:
		return true
	}
}

// listPools returns the configured pools, or asks the account with one statement.
func (d *discoverer) listPools(ctx context.Context) ([]pool, error) {
	if d.account == nil {
		pools := make([]pool, 0, len(d.config.ComputePools))
		for _, name := range d.config.ComputePools {
			pools = append(pools, pool{name: name})
		}
		return pools, nil
	}
	result, err := d.account.Query(ctx, showPools)
	if err != nil {
		return nil, err
	}
	pools := make([]pool, 0, result.Len())
	for i := range result.Len() {
		name, ok := result.Value(i, "name")
		if !ok {
			return nil, errors.New("the answer to " + showPools + " has no column `name`")
		}
		p := pool{name: name, facts: map[string]string{}}
		for _, column := range poolColumns {
			if value, ok := result.Value(i, column); ok {
				p.facts[column] = value
			}
		}
		pools = append(pools, p)
	}
	return pools, nil
}
