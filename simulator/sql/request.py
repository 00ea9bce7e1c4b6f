"""The parts of a statement, and of its answer."""

import re
from dataclasses import dataclass

from simulator.catalog import Catalog

# One identifier, and one with up to two others before it.
ID = r'(?:"[^"]+"|[A-Za-z_][\w$]*)'
NAME = rf"(?:{ID}\.){{0,2}}{ID}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of one answer, all text, and what its columns are called."""

    columns: tuple[str, ...]
    rows: list[list[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who asks."""

    user: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One statement: who asks, of what, and the parts of its text."""

    catalog: Catalog
    session: Session
    parts: dict[str, str | None]

    def part(self, name: str) -> str:
        """Return a part that the statement always has."""
        return self.parts[name] or ""

    def require(self, privilege: str, kind: str, name: str = "") -> None:
        """Raise SqlError unless the session's role has this privilege, or owns the object."""
        self.catalog.privileges.require(self.session.role, privilege, kind, name)


def done(text: str) -> Table:
    """Return what a statement without rows answers."""
    return Table(columns=("status",), rows=[[text]])


def resolve(name: str) -> tuple[str, ...]:
    """Return the parts of a name as the account stores them: upper case unless they are quoted."""
    found = re.findall(ID, name)
    return tuple(part[1:-1] if part.startswith('"') else part.upper() for part in found)
