// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/internal/shown"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

// ServiceName is the full name of a service, as the account writes its parts.
type ServiceName struct{ Database, Schema, Name string }

// String returns the name for people, as one printable line.
func (n ServiceName) String() string { return shown.Line(n.plain()) }

func (n ServiceName) plain() string { return n.Database + "." + n.Schema + "." + n.Name }

func (n ServiceName) compare(other ServiceName) int { return strings.Compare(n.plain(), other.plain()) }

// SQL returns the name as a statement needs it. Names of services, and of their databases and schemas, are plain ones.
// Source: https://docs.snowflake.com/en/sql-reference/sql/create-service
func (n ServiceName) SQL() string {
	schema := sqlapi.Identifier(n.Database) + "." + sqlapi.Identifier(n.Schema)
	return schema + "." + sqlapi.Identifier(n.Name)
}

// GrantSight returns the SQL with which the service's owner lets a role list the service and its instances. A role that
// is not known is written as a gap to fill.
func (n ServiceName) GrantSight(role string) string {
	database, schema := sqlapi.Identifier(n.Database), sqlapi.Identifier(n.Schema)
	return fmt.Sprintf("GRANT USAGE ON DATABASE %s TO ROLE %s; GRANT USAGE ON SCHEMA %s.%s TO ROLE %s; %s",
		database, grantee(role), database, schema, grantee(role), n.Grant("MONITOR", role))
}

// GrantConnection returns the SQL that lets services of a role connect to the service.
func (n ServiceName) GrantConnection(role string) string {
	return fmt.Sprintf("GRANT SERVICE ROLE %s!all_endpoints_usage TO ROLE %s;", n.SQL(), grantee(role))
}

// Grant returns the SQL that gives a privilege on the service.
func (n ServiceName) Grant(privilege, role string) string {
	return fmt.Sprintf("GRANT %s ON SERVICE %s TO ROLE %s;", privilege, n.SQL(), grantee(role))
}

// UnknownRole stands in SQL for the role of the collector, which the discovery does not know.
const UnknownRole = "<role of the collector>"

func grantee(role string) string {
	if role == "" {
		return UnknownRole
	}
	return sqlapi.Identifier(role)
}

var listedPattern = regexp.MustCompile(`^([A-Za-z_][\w$]*)\.([A-Za-z_][\w$]*)\.([A-Za-z_][\w$]*)(:[^/]*)?(/.*)?$`)

// parseListedService reads DB.SCHEMA.SERVICE, with :port and /path where they are given.
func parseListedService(text string) (ServiceName, annotations, error) {
	refuse := func(why string) (ServiceName, annotations, error) {
		return ServiceName{}, annotations{}, fmt.Errorf("%s %s: write DB.SCHEMA.SERVICE:8000/metrics, "+
			"where port and path may be missing", shown.Address(text), why)
	}
	name := listedPattern.FindStringSubmatch(strings.TrimSpace(text))
	if name == nil {
		return refuse("is not the full name of a service")
	}
	of := annotations{scrape: true}
	if of.path = name[5]; of.path != "" && !isPath(of.path) {
		return refuse("needs " + pathRule)
	}
	if port, given := strings.CutPrefix(name[4], ":"); given {
		var err error
		if of.port, err = parsePort(port); err != nil {
			return refuse("has a port that is not one")
		}
	}
	upper := strings.ToUpper
	return ServiceName{upper(name[1]), upper(name[2]), upper(name[3])}, of, nil
}
