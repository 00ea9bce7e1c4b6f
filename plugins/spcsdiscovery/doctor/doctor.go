// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

// Package doctor reports for each compute pool whether its metrics can be collected, and if not, why and which SQL
// repairs it.
package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

// Verdicts on a pool.
const (
	// OK is a pool whose nodes can be scraped.
	OK = "ok"
	// Inactive is a pool without nodes, which its state explains.
	Inactive = "inactive"
	// Broken is a pool whose metrics cannot be collected.
	Broken = "broken"
)

// maxScrapes bounds the nodes that are scraped at once.
const maxScrapes = 16

// Report is what one examination found.
type Report struct {
	// Account is the address of the account, User and Role are the token's; empty where the account did not answer.
	Account string `json:"account,omitempty"`
	User    string `json:"user,omitempty"`
	Role    string `json:"role,omitempty"`
	// Problems concern all pools: a sentence each.
	Problems []string `json:"problems"`
	Pools    []Pool   `json:"pools"`
	// Services are those that are opted in; absent where nobody asks for them.
	Services []Service `json:"services,omitempty"`
}

// Healthy reports whether every pool and service is OK or inactive, and nothing else is wrong.
func (r *Report) Healthy() bool {
	return len(r.Problems) == 0 &&
		!slices.ContainsFunc(r.Pools, func(p Pool) bool { return p.Verdict == Broken }) &&
		!slices.ContainsFunc(r.Services, func(s Service) bool { return s.Verdict == Broken })
}

// Pool is the verdict on one pool.
type Pool struct {
	Name  string `json:"name"`
	State string `json:"state,omitempty"`
	// Shard is the one that watches it, where several share the pools.
	Shard *int `json:"shard,omitempty"`
	// Privilege is the highest that the role has on the pool; empty where that is unknown.
	Privilege string `json:"privilege,omitempty"`
	DNSName   string `json:"dns_name,omitempty"`
	Nodes     int    `json:"nodes"`
	// Scrape is what one node answered.
	Scrape  string `json:"scrape,omitempty"`
	Verdict string `json:"verdict"`
	// Problem says what is wrong, and Fix is the SQL that repairs it, where SQL does.
	Problem string `json:"problem,omitempty"`
	Fix     string `json:"fix,omitempty"`
}

// Examine queries the account, looks up its pools and scrapes one node of each. wanted names pools that must exist, and
// shards is how many collectors share the pools. An error means that the configuration cannot be used.
func Examine(ctx context.Context, c *discovery.SDConfig, wanted []string, shards int) (*Report, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	status, err := discovery.RefreshOnce(ctx, c)
	if err != nil {
		return nil, err
	}
	report := &Report{Problems: []string{}, Pools: []Pool{}}
	if status.AccountError != "" {
		report.addProblem("%s", status.AccountError)
		return report, nil
	}
	grants := readGrants(ctx, c, report)
	for _, found := range status.Pools {
		pool := Pool{
			Name: found.Name, State: found.State, Privilege: grants[found.Name],
			DNSName: found.DNSName, Nodes: len(found.Nodes),
		}
		if shards > 1 {
			owner := discovery.ShardOf(found.Name, shards)
			pool.Shard = &owner
		}
		pool.diagnose(found, report.Role)
		report.Pools = append(report.Pools, pool)
	}
	scrapeAll(ctx, status.Pools, report.Pools)
	report.addMissing(wanted)
	if len(report.Pools) == 0 {
		report.addProblem("the role %s cannot see any compute pool: let an administrator run %s",
			report.Role, grantMonitor("MY_POOL", report.Role))
	}
	return report, nil
}

func (r *Report) addProblem(format string, values ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, values...))
}

// diagnose fills in the verdict on what the discovery found.
func (p *Pool) diagnose(found discovery.PoolStatus, role string) {
	switch {
	case p.Privilege != "" && !canMonitor(p.Privilege):
		p.Verdict = Broken
		p.Problem = fmt.Sprintf("the role %s has only %s on it, and the nodes need MONITOR or OWNERSHIP", role, p.Privilege)
		p.Fix = grantMonitor(p.Name, role)
	case found.Reason == "pool_name":
		p.Verdict, p.Problem = Broken, found.Error
		p.Fix = fmt.Sprintf("CREATE COMPUTE POOL MY_POOL MIN_NODES = 1 MAX_NODES = 1 INSTANCE_FAMILY = %s;",
			sqlapi.Identifier(found.InstanceFamily))
	case found.Reason == "dns_nxdomain":
		p.Verdict = Broken
		p.Problem = "its nodes are not in DNS; their names exist only inside Snowpark Container Services, " +
			"and only for roles with MONITOR or OWNERSHIP"
		if p.Privilege == "" {
			p.Fix = grantMonitor(p.Name, role)
		}
	case found.Reason != "" && len(found.Nodes) > 0:
		p.Verdict, p.Problem = Broken, "some of its nodes cannot be found: "+found.Error
	case found.Reason != "":
		p.Verdict, p.Problem = Broken, "its lookup failed: "+found.Error
	case len(found.Nodes) == 0:
		p.Verdict, p.Problem = Inactive, "it is "+p.State+" and has no nodes"
		if p.State == "SUSPENDED" {
			p.Fix = fmt.Sprintf("ALTER COMPUTE POOL %s RESUME;", sqlapi.Identifier(p.Name))
		}
	default:
		p.Verdict = OK
	}
}

// scrapeAll scrapes the first node of each pool that has any, and records the result in pools.
func scrapeAll(ctx context.Context, found []discovery.PoolStatus, pools []Pool) {
	var running errgroup.Group
	running.SetLimit(maxScrapes)
	for i := range pools {
		if len(found[i].Nodes) == 0 {
			continue
		}
		running.Go(func() error {
			node := found[i].Nodes[0].String()
			result, err := scrape(ctx, node)
			pools[i].Scrape = result
			if err != nil {
				pools[i].Verdict = Broken
				pools[i].Problem = fmt.Sprintf("its node %s cannot be scraped: %v", node, err)
			}
			return nil
		})
	}
	_ = running.Wait()
}

// addMissing adds the wanted pools that the account did not list.
func (r *Report) addMissing(wanted []string) {
	for _, name := range wanted {
		if slices.ContainsFunc(r.Pools, func(p Pool) bool { return strings.EqualFold(p.Name, name) }) {
			continue
		}
		r.Pools = append(r.Pools, Pool{
			Name: name, Verdict: Broken, Fix: grantMonitor(name, r.Role),
			Problem: fmt.Sprintf(
				"the account does not list it: it does not exist, or the role %s has no privilege on it", r.Role),
		})
	}
}
