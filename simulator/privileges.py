"""Who may do what in the simulated account.

Source: https://docs.snowflake.com/en/user-guide/security-access-control-privileges
"""

from dataclasses import dataclass, replace

from simulator.errors import SqlError, SqlErrorKind, missing
from simulator.fleet import Fleet, Pool

# The role of the service and of who deploys it, its users, a role that may create what a deployment needs, and the one
# that may do everything but own a service.
ROLE = "METRICS_ROLE"
USER = "METRICS_USER"
COLLEAGUE = "OTHER_USER"
DEPLOYER = "DEPLOY_ROLE"
ADMINISTRATOR = "ACCOUNTADMIN"
# Owns the services of the account that are its users' own.
APPLICATION_OWNER = "APP_ROLE"
_OF_DEPLOYER = ("CREATE DATABASE", "CREATE COMPUTE POOL", "BIND SERVICE ENDPOINT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A privilege of a role on an object: its kind, in Snowflake's words, and its name; on the account without one."""

    role: str
    privilege: str
    kind: str
    name: str = ""


class Privileges:
    """The privileges of each role; those on the fleet's pools are kept by the pools, for the one role ROLE."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self.roles = {ROLE, DEPLOYER, ADMINISTRATOR, APPLICATION_OWNER, "PUBLIC", "ANALYST"}
        self.roles |= {"ORGADMIN", "SECURITYADMIN", "SYSADMIN"}
        self._held = {Grant(role=DEPLOYER, privilege=privilege, kind="ACCOUNT") for privilege in _OF_DEPLOYER}
        # What roles get on services that are yet to come; the name is that of their schema.
        self.future: set[Grant] = set()

    def give(self, grant: Grant) -> None:
        """Grant a privilege. Raises SqlError for a role that does not exist."""
        self._check(grant.role)
        self._held.add(grant)
        pool = self._pool(grant)
        if pool and pool.privilege not in {"MONITOR", "OWNERSHIP"}:
            pool.privilege = grant.privilege

    def take(self, grant: Grant) -> None:
        """Revoke a privilege."""
        self._check(grant.role)
        self._held.discard(grant)
        pool = self._pool(grant)
        if pool and pool.privilege == grant.privilege:
            pool.privilege = ""

    def has(self, wanted: Grant) -> bool:
        """Return whether a role has a privilege, by itself, as owner or by a role that was granted to it."""
        return any(self._has(replace(wanted, role=role)) for role in self._roles(wanted.role))

    def _has(self, wanted: Grant) -> bool:
        if wanted.role == ADMINISTRATOR or wanted in self._held:
            return True
        if wanted.name and replace(wanted, privilege="OWNERSHIP") in self._held:
            return True
        pool = self._pool(wanted)
        return pool is not None and pool.privilege in {wanted.privilege, "OWNERSHIP"}

    def sees(self, *, role: str, kind: str, name: str) -> bool:
        """Return whether a role has any privilege on an object: without one it does not exist for it."""
        held = {grant.role for grant in self._held if (grant.kind, grant.name) == (kind, name)}
        return role == ADMINISTRATOR or not held.isdisjoint(self._roles(role))

    def _roles(self, role: str) -> list[str]:
        """Return a role and those that were granted to it, and to them.

        Source: https://docs.snowflake.com/en/user-guide/security-access-control-overview (Role hierarchy)
        """
        found = [role]
        for one in found:
            found += sorted(
                grant.name
                for grant in self._held
                if (grant.role, grant.kind) == (one, "ROLE") and grant.name not in found
            )
        return found

    def inherit(self, *, schema: str, name: str) -> None:
        """Give what was granted on the future services of a schema on one that has come."""
        self._held |= {replace(grant, name=name) for grant in self.future if grant.name == schema}

    def roles_of(self, role: str) -> set[str]:
        """Return a role with those that it has by others."""
        return set(self._roles(role))

    def require(self, wanted: Grant) -> None:
        """Raise the account's refusal unless the role has the privilege."""
        if not self.has(wanted):
            what = f"{wanted.kind.lower()} '{wanted.name}'" if wanted.name else "account"
            message = f"Insufficient privileges to operate on {what}: {wanted.privilege} is missing"
            raise SqlError(SqlErrorKind.NOT_PRIVILEGED, f"SQL access control error:\n{message}")

    def of_role(self, role: str) -> list[Grant]:
        """Return everything that a role was granted, without what it has by other roles."""
        held = {grant for grant in self._held if grant.role == role}
        if role == ROLE:
            held |= {
                Grant(role=role, privilege=pool.privilege, kind="COMPUTE POOL", name=pool.name)
                for pool in self._fleet.pools.values()
                if pool.privilege
            }
        return sorted(held, key=lambda grant: (grant.privilege, grant.kind, grant.name))

    def forget(self, *, kind: str, name: str) -> None:
        """Remove what was granted on an object that is gone."""
        self._held = {grant for grant in self._held if (grant.kind, grant.name) != (kind, name)}

    def _pool(self, grant: Grant) -> Pool | None:
        """Return the pool that keeps the privilege of a grant, or None where this class keeps it."""
        return self._fleet.pools.get(grant.name) if grant.kind == "COMPUTE POOL" and grant.role == ROLE else None

    def _check(self, role: str) -> None:
        if role not in self.roles:
            raise missing("Role", role)
