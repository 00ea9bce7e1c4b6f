"""Who may do what in the simulated account.

Source: https://docs.snowflake.com/en/user-guide/security-access-control-privileges
"""

from simulator.fleet import Fleet

# The role of the service and of who deploys it, its user, and the role that may do everything.
ROLE = "METRICS_ROLE"
USER = "METRICS_USER"
ADMINISTRATOR = "ACCOUNTADMIN"


class SqlError(Exception):
    """A statement that the account refuses: Snowflake's code, SQL state and message."""

    def __init__(self, code: str, state: str, message: str) -> None:
        super().__init__(message)
        self.code, self.state = code, state


class Privileges:
    """The privileges of each role; those on the fleet's pools are kept by the pools, for the one role ROLE."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self.roles = {ROLE, ADMINISTRATOR, "PUBLIC", "ANALYST"}
        self._held: set[tuple[str, str, str, str]] = set()

    def give(self, role: str, privilege: str, kind: str, name: str = "") -> None:
        """Grant a privilege. Raises SqlError for a role that does not exist."""
        self._check(role)
        self._held.add((role, privilege, kind, name))
        pool = self._fleet.pools.get(name) if kind == "COMPUTE POOL" else None
        if pool and role == ROLE and pool.privilege not in {"MONITOR", "OWNERSHIP"}:
            pool.privilege = privilege

    def take(self, role: str, privilege: str, kind: str, name: str = "") -> None:
        """Revoke a privilege."""
        self._check(role)
        self._held.discard((role, privilege, kind, name))
        pool = self._fleet.pools.get(name) if kind == "COMPUTE POOL" else None
        if pool and role == ROLE and pool.privilege == privilege:
            pool.privilege = ""

    def has(self, role: str, privilege: str, kind: str, name: str = "") -> bool:
        """Return whether a role has a privilege, by itself or as owner."""
        if role == ADMINISTRATOR:
            return True
        wanted = {privilege, "OWNERSHIP"} if name else {privilege}
        if any((role, one, kind, name) in self._held for one in wanted):
            return True
        pool = self._fleet.pools.get(name) if kind == "COMPUTE POOL" else None
        return bool(pool and role == ROLE and pool.privilege in wanted)

    def sees(self, role: str, kind: str, name: str) -> bool:
        """Return whether a role has any privilege on an object: without one it does not exist for it."""
        return role == ADMINISTRATOR or any((r, k, n) == (role, kind, name) for r, _, k, n in self._held)

    def require(self, role: str, privilege: str, kind: str, name: str = "") -> None:
        """Raise the account's refusal unless the role has the privilege."""
        if not self.has(role, privilege, kind, name):
            what = f"{kind.lower()} '{name}'" if name else "account"
            raise SqlError(
                "003001",
                "42501",
                f"SQL access control error:\nInsufficient privileges to operate on {what}: {privilege} is missing",
            )

    def of_role(self, role: str) -> list[tuple[str, str, str]]:
        """Return privilege, kind and name of everything that a role was granted."""
        return sorted((privilege, kind, name) for r, privilege, kind, name in self._held if r == role)

    def forget(self, kind: str, name: str) -> None:
        """Remove what was granted on an object that is gone."""
        self._held = {held for held in self._held if held[2:] != (kind, name)}

    def _check(self, role: str) -> None:
        if role not in self.roles:
            raise SqlError(
                "002003", "02000", f"SQL compilation error:\nRole '{role}' does not exist or not authorized."
            )
