// Copyright The SPCS User Metrics Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/discovery"
	"github.com/spcs-user-metrics/spcs-user-metrics/plugins/spcsdiscovery/sqlapi"
)

const selectSession = "SELECT CURRENT_ROLE(), CURRENT_USER(), CURRENT_ACCOUNT()"

// maxRoles bounds the inherited roles that are read.
const maxRoles = 100

// privileges are those on a compute pool, the highest first.
// Source: https://docs.snowflake.com/en/user-guide/security-access-control-privileges
var privileges = []string{"OWNERSHIP", "MONITOR", "OPERATE", "USAGE"}

func canMonitor(privilege string) bool { return privilege == "OWNERSHIP" || privilege == "MONITOR" }

// grants holds the highest privilege on each pool by its name.
type grants map[string]string

func (g grants) add(pool, privilege string) {
	rank := slices.Index(privileges, privilege)
	if rank < 0 {
		return
	}
	if before, ok := g[pool]; !ok || rank < slices.Index(privileges, before) {
		g[pool] = privilege
	}
}

// readGrants reads the token's role and user into the report, and returns the privileges of that role and of the roles
// granted to it. What it cannot read becomes a problem of the report.
func readGrants(ctx context.Context, c *discovery.SDConfig, report *Report) grants {
	found := grants{}
	account, err := c.NewAccount()
	if err != nil {
		report.addProblem("%v", err)
		return found
	}
	defer account.HTTP.CloseIdleConnections()
	report.Account = account.BaseURL
	session, err := account.Query(ctx, selectSession)
	if err == nil && session.Len() != 1 {
		err = fmt.Errorf("the answer to %s has %d rows instead of one", selectSession, session.Len())
	}
	if err != nil {
		report.addProblem("the role of the token cannot be read: %v", err)
		return found
	}
	report.Role, _ = session.Value(0, "CURRENT_ROLE()")
	report.User, _ = session.Value(0, "CURRENT_USER()")
	if err := found.addRoles(ctx, account, report.Role); err != nil {
		report.addProblem("the grants of role %s cannot be read: %v", report.Role, err)
	}
	return found
}

// addRoles adds the privileges of a role and of every role granted to it.
func (g grants) addRoles(ctx context.Context, account *sqlapi.Client, role string) error {
	roles := []string{role}
	for at := 0; at < len(roles) && at < maxRoles; at++ {
		result, err := account.Query(ctx, "SHOW GRANTS TO ROLE "+sqlapi.Identifier(roles[at]))
		if err != nil {
			return err
		}
		for row := range result.Len() {
			privilege, _ := result.Value(row, "privilege")
			kind, _ := result.Value(row, "granted_on")
			name, _ := result.Value(row, "name")
			name = unquote(name)
			switch {
			case strings.ReplaceAll(kind, "_", " ") == "COMPUTE POOL":
				g.add(name, privilege)
			case kind == "ROLE" && privilege == "USAGE" && !slices.Contains(roles, name):
				roles = append(roles, name)
			}
		}
	}
	return nil
}

func grantMonitor(pool, role string) string {
	if role == "" {
		role = "<role>"
	} else {
		role = sqlapi.Identifier(role)
	}
	return fmt.Sprintf("GRANT MONITOR ON COMPUTE POOL %s TO ROLE %s;", sqlapi.Identifier(pool), role)
}

func unquote(name string) string {
	if len(name) > 1 && strings.HasPrefix(name, `"`) && strings.HasSuffix(name, `"`) {
		return strings.ReplaceAll(name[1:len(name)-1], `""`, `"`)
	}
	return name
}
