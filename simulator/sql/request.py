"""The parts of a statement, and of its answer."""

import re
from dataclasses import dataclass

from simulator.catalog import Catalog
from simulator.privileges import Grant

# One identifier, and one with up to two others before it.
ID = r'(?:"[^"]+"|[A-Za-z_][\w$]*)'
NAME = rf"(?:{ID}\.){{0,2}}{ID}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of one answer, all text, and what its columns are called.

    Those of instants are TIMESTAMP_LTZ: seconds since 1970, which a client shows in its session's time zone.
    """

    columns: tuple[str, ...]
    rows: list[list[str | None]]
    instants: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who asks, and in which time zone instants are shown.

    Source: https://docs.snowflake.com/en/sql-reference/parameters#timezone
    """

    user: str
    role: str
    zone: str = "America/Los_Angeles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One statement: who asks, of what, and the parts of its text."""

    catalog: Catalog
    session: Session
    parts: dict[str, str | None]

    def part(self, name: str) -> str:
        """Return a part that the statement always has."""
        return self.parts[name] or ""

    def require(self, privilege: str, *, kind: str, name: str = "") -> None:
        """Raise SqlError unless the session's role has this privilege, or owns the object."""
        grant = Grant(role=self.session.role, privilege=privilege, kind=kind, name=name)
        self.catalog.privileges.require(grant)

    def own(self, *, kind: str, name: str) -> None:
        """Make the session's role the owner of an object."""
        grant = Grant(role=self.session.role, privilege="OWNERSHIP", kind=kind, name=name)
        self.catalog.privileges.give(grant)

    def owns(self, *, kind: str, name: str) -> bool:
        """Return whether the session's role owns an object."""
        return self.has("OWNERSHIP", kind=kind, name=name)

    def has(self, privilege: str, *, kind: str, name: str) -> bool:
        """Return whether the session's role has a privilege on an object."""
        return self.catalog.privileges.has(Grant(role=self.session.role, privilege=privilege, kind=kind, name=name))

    def sees(self, *, kind: str, name: str) -> bool:
        """Return whether the session's role has any privilege on an object."""
        return self.catalog.privileges.sees(role=self.session.role, kind=kind, name=name)


def done(text: str) -> Table:
    """Return what a statement without rows answers."""
    return Table(columns=("status",), rows=[[text]])


def unquote(text: str | None) -> str:
    """Return what a text between quotes says, nothing where the statement has none."""
    return re.sub(r"\\(.)", r"\1", (text or "")[1:-1])


def resolve(name: str) -> tuple[str, ...]:
    """Return the parts of a name as the account stores them: upper case unless they are quoted."""
    found = re.findall(ID, name)
    return tuple(part[1:-1] if part.startswith('"') else part.upper() for part in found)
