// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

const (
	// showPools lists the pools on which the role has any privilege, with their state; it needs no warehouse.
	// Source: https://docs.snowflake.com/en/sql-reference/sql/show-compute-pools
	showPools = "SHOW COMPUTE POOLS"
	// callEndpoints lists the DNS names of the pools that the role may monitor. The documentation leaves it out.
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

// poolLister lists the pools of the configuration or of the account, and keeps the account's last answer.
type poolLister struct {
	listing[pool]
	configured []string
	// account is nil where the configuration names the pools.
	account *sqlapi.Client
	// useShow selects SHOW instead of the function; fallBack lets a first failure of the function set it.
	useShow, fallBack bool
}

func newPoolLister(c *SDConfig, reporter *reporter) (*poolLister, error) {
	lister := &poolLister{
		listing:    listing[pool]{staleAfter: c.AccountStaleAfter, reporter: reporter},
		configured: c.ComputePools,
		useShow:    c.source() == SourceShow,
		fallBack:   c.source() == SourceAuto,
	}
	if c.source() == SourceList {
		return lister, nil
	}
	account, err := c.NewAccount()
	lister.account = account
	return lister, err
}

// close ends the connections to the account.
func (l *poolLister) close() {
	if l.account != nil {
		l.account.HTTP.CloseIdleConnections()
	}
}

// list returns the pools, and whether that list is up to date.
func (l *poolLister) list(ctx context.Context) (pools []pool, current bool) {
	if l.account == nil {
		for _, name := range l.configured {
			pools = append(pools, pool{name: name})
		}
		return pools, true
	}
	return l.ask(ctx, l.queryAccount)
}

// queryAccount lists the pools with one statement; another follows only where the account does not know the function.
func (l *poolLister) queryAccount(ctx context.Context) ([]pool, error) {
	if !l.useShow {
		result, err := l.account.Query(ctx, callEndpoints)
		if err == nil {
			return readEndpoints(result)
		}
		if !l.fallBack || sqlapi.Reason(err) != "sql_statement" {
			return nil, err
		}
		l.useShow = true
	}
	result, err := l.account.Query(ctx, showPools)
	if err != nil {
		return nil, err
	}
	l.checkLength(result.Len())
	return readPools(result)
}

func readPools(result *sqlapi.Result) ([]pool, error) {
	if !result.Has("name") {
		return nil, errors.New("the answer to " + showPools + " has no column `name`")
	}
	pools := make([]pool, 0, result.Len())
	listed := make(map[string]struct{}, result.Len())
	for i := range result.Len() {
		name, ok := result.Value(i, "name")
		if !ok {
			return nil, fmt.Errorf("the answer to %s has no name in row %d", showPools, i+1)
		}
		if _, twice := listed[name]; twice {
			// Another pool may be missing in its place.
			return nil, fmt.Errorf("the answer to %s has the pool %s twice", showPools, name)
		}
		listed[name] = struct{}{}
		p := pool{name: name, facts: map[string]string{}, quoted: name != strings.ToUpper(name)}
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
		return nil, fmt.Errorf("the answer to %s is not a JSON array of names: %w", callEndpoints, err)
	}
	if names == nil {
		return nil, fmt.Errorf("the answer to %s is null instead of a JSON array of names", callEndpoints)
	}
	pools := make([]pool, 0, len(names))
	listed := make(map[string]struct{}, len(names))
	unusable := 0
	for _, name := range names {
		p := pool{endpoint: strings.ToLower(strings.TrimSuffix(name, "."))}
		if _, twice := listed[p.endpoint]; twice {
			continue // pools whose names differ only in case have one endpoint
		}
		listed[p.endpoint] = struct{}{}
		if p.name, p.unusable = poolOfEndpoint(p.endpoint); p.unusable != nil {
			p.name = p.endpoint
			unusable++
		}
		pools = append(pools, p)
	}
	if unusable > 0 && unusable == len(pools) {
		return nil, pools[0].unusable
	}
	return pools, nil
}
