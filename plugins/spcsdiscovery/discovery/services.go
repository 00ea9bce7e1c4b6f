// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

// showServices lists the services on which the role has any privilege; it needs no warehouse. Jobs end by themselves.
// Source: https://docs.snowflake.com/en/sql-reference/sql/show-services
const showServices = "SHOW SERVICES EXCLUDE JOBS IN ACCOUNT"

// serviceColumns are the columns of SHOW SERVICES that are read beside the service's name.
var serviceColumns = []string{
	"status", "compute_pool", "owner", "dns_name", "comment", "spec_digest", "managing_object_domain",
}

// serviceLister lists the services that are opted in, and keeps the account's last answer.
type serviceLister struct {
	listing[service]
	account *sqlapi.Client
	// pools are the compute pools to watch; empty, all of them. Of these shard has a part.
	pools []string
	shard ShardConfig
	// wanted are the services that the configuration names.
	wanted map[ServiceName]annotations
}

func newServiceLister(c *SDConfig, account *sqlapi.Client, reporter *serviceReporter) (*serviceLister, error) {
	wanted, err := readServiceList(c.Services)
	return &serviceLister{
		listing: listing[service]{staleAfter: c.AccountStaleAfter, reporter: reporter},
		account: account, pools: c.ComputePools, shard: c.Shard, wanted: wanted,
	}, err
}

// list returns the services, and whether that list is up to date.
func (l *serviceLister) list(ctx context.Context) (services []service, current bool) {
	return l.ask(ctx, l.queryAccount)
}

func (l *serviceLister) queryAccount(ctx context.Context) ([]service, error) {
	result, err := l.account.Query(ctx, showServices)
	if err != nil {
		return nil, err
	}
	l.checkLength(result.Len())
	return l.read(result)
}

// read returns the services that are opted in; all others cost no memory.
func (l *serviceLister) read(result *sqlapi.Result) ([]service, error) {
	for _, column := range []string{"name", "database_name", "schema_name", "dns_name", "comment"} {
		if !result.Has(column) {
			return nil, fmt.Errorf("the answer to %s has no column `%s`", showServices, column)
		}
	}
	var services []service
	seen := make(map[ServiceName]struct{}, result.Len())
	for i := range result.Len() {
		name, err := readName(result, i)
		if err != nil {
			return nil, err
		}
		if _, twice := seen[name]; twice {
			// Another service may be missing in its place.
			return nil, fmt.Errorf("the answer to %s has the service %s twice", showServices, name)
		}
		seen[name] = struct{}{}
		if s, chosen := l.choose(result, i, name); chosen {
			services = append(services, s)
		}
	}
	for name, of := range l.wanted {
		if _, listed := seen[name]; !listed {
			services = append(services, service{
				ServiceName: name, named: true, annotations: of, fault: newUnlistedFailure(name),
			})
		}
	}
	slices.SortFunc(services, compareServices)
	return services, nil
}

// choose returns a service where its comment or the configuration opts it in.
func (l *serviceLister) choose(result *sqlapi.Result, row int, name ServiceName) (service, bool) {
	comment, _ := result.Value(row, "comment")
	of, err := parseComment(comment)
	listed, named := l.wanted[name]
	if named {
		// The comment is another's, and what it says beside is not at fault.
		of, err = listed.or(of), nil
	}
	isJob, _ := result.Value(row, "is_job")
	if err == nil && !of.scrape || strings.EqualFold(isJob, "true") || !l.watches(result, row) {
		return service{}, false
	}
	s := service{ServiceName: name, facts: map[string]string{}, named: named, annotations: of}
	for _, column := range serviceColumns {
		if value, ok := result.Value(row, column); ok {
			s.facts[column] = value
		}
	}
	switch wrong := s.checkDNSName(); {
	case err != nil:
		s.fault = newAnnotationFailure(err)
	case wrong != nil:
		s.fault = failure{reason: "dns_name", text: shown.Sentence(wrong.Error())}
	}
	return s, true
}

func (l *serviceLister) watches(result *sqlapi.Result, row int) bool {
	pool, _ := result.Value(row, "compute_pool")
	return l.shard.owns(pool) && (len(l.pools) == 0 ||
		slices.ContainsFunc(l.pools, func(name string) bool { return strings.EqualFold(name, pool) }))
}

func readName(result *sqlapi.Result, row int) (ServiceName, error) {
	name, named := result.Value(row, "name")
	database, hasDatabase := result.Value(row, "database_name")
	schema, hasSchema := result.Value(row, "schema_name")
	if !named || !hasDatabase || !hasSchema {
		return ServiceName{}, fmt.Errorf("the answer to %s has no full name in row %d", showServices, row+1)
	}
	return ServiceName{database, schema, name}, nil
}

// compareServices puts those that the configuration names first, because not all services may fit.
func compareServices(a, b service) int {
	if a.named != b.named {
		if a.named {
			return -1
		}
		return 1
	}
	return a.compare(b.ServiceName)
}
