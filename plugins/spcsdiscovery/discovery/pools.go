// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

// LabelPoolName is the label of a target with the name of its pool, as the account writes it.
const LabelPoolName = poolPrefix + "name"

const (
	metaPrefix       = model.MetaLabelPrefix + "spcs_"
	poolPrefix       = metaPrefix + "compute_pool_"
	labelDNSName     = metaPrefix + "dns_name"
	labelNodeAddress = metaPrefix + "node_address"
)

const (
	// showPools lists the pools on which the role has any privilege, with their state; it needs no warehouse.
	// Source: https://docs.snowflake.com/en/sql-reference/sql/show-compute-pools
	showPools = "SHOW COMPUTE POOLS"
	// callEndpoints lists the DNS names of the pools that the role may monitor. It has no page in the documentation.
	callEndpoints = "CALL SYSTEM$GET_COMPUTE_POOL_MONITOR_ENDPOINTS()"
)

// maxShown is the most rows that a SHOW statement gives.
// Source: https://docs.snowflake.com/en/sql-reference/sql/show
const maxShown = 10_000

// poolColumns are the columns of SHOW COMPUTE POOLS that become labels of the same name.
var poolColumns = []string{
	"state", "instance_family", "owner", "min_nodes", "max_nodes", "target_nodes",
	"active_nodes", "idle_nodes", "is_exclusive", "application", "comment",
}

// pool is one compute pool: its name as the account writes it, the facts that the account gave, and the DNS name of its
// nodes where the account gave that.
type pool struct {
	name     string
	facts    map[string]string
	endpoint string
}

func (p pool) labels() model.LabelSet {
	set := model.LabelSet{LabelPoolName: model.LabelValue(p.name)}
	for column, value := range p.facts {
		set[model.LabelName(poolPrefix+column)] = model.LabelValue(value)
	}
	return set
}

// dnsNames returns the names to ask for the nodes, the one that answered last first.
func (p pool) dnsNames(remembered string) []string {
	if p.endpoint != "" {
		return []string{p.endpoint}
	}
	names := dnsNames(p.name)
	if remembered != "" {
		names = append([]string{remembered}, names...)
	}
	return names
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

// currentPools returns the configured pools, or those of the account, and tells whether the account could be asked.
// When it could not, the last list goes on being used for account_stale_after.
func (d *discoverer) currentPools(ctx context.Context) ([]pool, bool) {
	if d.account == nil {
		pools := make([]pool, 0, len(d.config.ComputePools))
		for _, name := range d.config.ComputePools {
			pools = append(pools, pool{name: name})
		}
		return pools, true
	}
	pools, err := d.askAccount(ctx)
	if err == nil {
		d.accountError = ""
		if lasted, ok := d.accountTrouble.ended(); ok {
			d.logger.Info("Account answers again", "pools", len(pools), "after", lasted)
		}
		d.listed, d.listedAt = pools, time.Now()
		return pools, true
	}
	if isCanceled(ctx) {
		return nil, false
	}
	return d.listedPools(accountProblem(err)), false
}

// listedPools returns what the account listed last, until that is too old to be relied on.
func (d *discoverer) listedPools(trouble problem) []pool {
	d.accountError = trouble.text
	d.countFailure(trouble.reason)
	// Not an error for the logger, which would add a stack trace to it.
	if d.accountTrouble.failed(trouble.reason) {
		d.logger.Warn("Refresh failed: known pools are kept and followed by DNS, and the next refresh asks again",
			"reason", trouble.reason, "err", trouble.text, "known_pools", len(d.listed), "next_refresh_in", d.config.RefreshInterval)
	}
	limit := time.Duration(d.config.AccountStaleAfter)
	if limit > 0 && len(d.listed) > 0 && time.Since(d.listedAt) > limit {
		d.listed = nil
		d.logger.Warn("All pools dropped: the account could not be asked for too long", "account_stale_after", d.config.AccountStaleAfter)
	}
	return d.listed
}

// askAccount lists the pools with one statement; only a first one that the account does not know is followed by another.
func (d *discoverer) askAccount(ctx context.Context) ([]pool, error) {
	if !d.useShow {
		result, err := d.account.Query(ctx, callEndpoints)
		if err == nil {
			return readEndpoints(result)
		}
		if d.config.PoolSource != SourceAuto || sqlapi.Reason(err) != "sql_statement" {
			return nil, err
		}
		d.useShow = true
	}
	result, err := d.account.Query(ctx, showPools)
	if err != nil {
		return nil, err
	}
	if result.Len() >= maxShown && !d.cutOff {
		d.cutOff = true
		d.logger.Warn("The list of pools may be cut off: SHOW gives no more rows than this, so name the pools in `compute_pools`", "rows", result.Len())
	}
	return readPools(result)
}

func readPools(result *sqlapi.Result) ([]pool, error) {
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

func readEndpoints(result *sqlapi.Result) ([]pool, error) {
	if result.Len() != 1 {
		return nil, fmt.Errorf("the answer to %s has %d rows instead of one", callEndpoints, result.Len())
	}
	return parseEndpoints(result.First(0))
}

// parseEndpoints reads a JSON array of DNS names such as discover.monitor.my_pool.cp.spcs.internal.
func parseEndpoints(cell string) ([]pool, error) {
	var names []string
	if err := json.Unmarshal([]byte(cell), &names); err != nil {
		return nil, fmt.Errorf("the answer to %s is no JSON array of names: %w", callEndpoints, err)
	}
	pools := make([]pool, 0, len(names))
	for _, name := range names {
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		p, err := poolOfEndpoint(name)
		if err != nil {
			return nil, err
		}
		pools = append(pools, pool{name: p, endpoint: name})
	}
	return pools, nil
}

// poolOfEndpoint returns the pool's name, in upper case as the account writes it unless it is quoted.
func poolOfEndpoint(name string) (string, error) {
	for _, prefix := range []string{"discover.monitor.", "monitor.", "metrics."} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			label, _, _ := strings.Cut(rest, ".")
			if err := checkPoolName(label); err != nil {
				return "", err
			}
			return strings.ToUpper(label), nil
		}
	}
	return "", fmt.Errorf("the endpoint %q has no known form, such as discover.monitor.my_pool%s", name, poolDomain)
}
