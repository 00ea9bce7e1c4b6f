// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package discovery

import (
	"fmt"
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

// SQL returns the name as people read it in SQL.
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

// parseListedService reads DB.SCHEMA.SERVICE, with :port and /path where they are given.
func parseListedService(text string) (ServiceName, annotations, error) {
	refuse := func(why string) (ServiceName, annotations, error) {
		return ServiceName{}, annotations{}, fmt.Errorf("%s %s: write DB.SCHEMA.SERVICE:8000/metrics, "+
			"where port and path may be missing", shown.Address(text), why)
	}
	var parts [3]string
	rest := strings.TrimSpace(text)
	for i := range parts {
		if i > 0 {
			var dotted bool
			if rest, dotted = strings.CutPrefix(rest, "."); !dotted {
				return refuse("is not the full name of a service")
			}
		}
		if parts[i], rest = cutIdentifier(rest); parts[i] == "" {
			return refuse("is not the full name of a service")
		}
	}
	of := annotations{scrape: true}
	rest, path, hasPath := strings.Cut(rest, "/")
	if hasPath {
		if of.path = "/" + path; !isPath(of.path) {
			return refuse("needs " + pathRule)
		}
	}
	if port, hasPort := strings.CutPrefix(rest, ":"); hasPort {
		var err error
		if of.port, err = parsePort(port); err != nil {
			return refuse("has a port that is not one")
		}
	} else if rest != "" {
		return refuse("is not the full name of a service")
	}
	return ServiceName{parts[0], parts[1], parts[2]}, of, nil
}

// cutIdentifier takes one identifier off the front of SQL; it is empty where there is something else.
func cutIdentifier(text string) (name, rest string) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexFunc(text, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '$'
		})
		if end < 0 {
			end = len(text)
		}
		return strings.ToUpper(text[:end]), text[end:]
	}
	for at := 1; at < len(text); at++ {
		switch {
		case text[at] != '"':
		case strings.HasPrefix(text[at+1:], `"`):
			at++
		default:
			return strings.ReplaceAll(text[1:at], `""`, `"`), text[at+1:]
		}
	}
	return "", text
}
