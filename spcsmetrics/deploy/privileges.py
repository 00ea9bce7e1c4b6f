"""What a role holds, with all that it has by other roles."""

from dataclasses import dataclass

from spcsmetrics.deploy import rows
from spcsmetrics.deploy.grants import Grant
from spcsmetrics.deploy.names import bare, quoted
from spcsmetrics.deploy.refusals import RefusedError
from spcsmetrics.deploy.rows import Execute

# Every role has what PUBLIC has.
_EVERYBODY = "PUBLIC"
_MOST_ROLES = 100
# The highest first. Source: https://docs.snowflake.com/en/user-guide/security-access-control-privileges
_ON_POOLS = ("OWNERSHIP", "MONITOR", "OPERATE", "USAGE")


@dataclass(frozen=True, kw_only=True)
class Privileges:
    """Privileges as (privilege, kind of object, its name as SHOW prints it)."""

    held: frozenset[tuple[str, str, str]]

    def has(self, privilege: str, kind: str, name: str) -> bool:
        """Return whether a privilege is held, or ownership, which includes it."""
        return any((one, kind, _shown(kind, name)) in self.held for one in (privilege, "OWNERSHIP"))

    def on_pool(self, name: str) -> str:
        """Return the highest privilege on a compute pool, or nothing."""
        return next((one for one in _ON_POOLS if (one, "COMPUTE POOL", name) in self.held), "")

    def lacks(self, grant: Grant) -> bool:
        """Return whether a grant's privilege is not held."""
        return bool(grant.privilege) and not self.has(grant.privilege, grant.kind, grant.name)


def read_privileges(execute: Execute, role: str) -> Privileges:
    """Return what a role holds by itself and by the roles that were granted to it. Raises UserError."""
    roles, held = [role, _EVERYBODY], set()
    for one in roles:
        for row in _read(execute, one, needed=one == role):
            kind, name = row["granted_on"].replace("_", " "), row["name"]
            if kind == "ROLE" and row["privilege"] == "USAGE" and bare(name) not in roles and len(roles) < _MOST_ROLES:
                roles.append(bare(name))
            held.add((row["privilege"], kind, _shown(kind, name)))
    return Privileges(held=frozenset(held))


def _read(execute: Execute, role: str, *, needed: bool) -> list[rows.HeldPrivilege]:
    try:
        return rows.show_grants_to_role(execute, quoted(role))
    except RefusedError:
        if needed:
            raise
        # What another role brings may be hidden.
        return []


def _shown(kind: str, name: str) -> str:
    """Return a name without quotes; there is one account."""
    return "" if kind == "ACCOUNT" else ".".join(bare(part) for part in name.split("."))
