"""The statements that the simulated account knows, whichever way they arrive: SQL REST API or driver.

A statement that is not known fails with its own text, so that nothing is simulated by accident.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from simulator.catalog import Catalog
from simulator.privileges import SqlError


@dataclass(frozen=True)
class Table:
    """The rows of one answer, all text, and what its columns are called."""

    columns: tuple[str, ...]
    rows: list[list[str | None]]


@dataclass(frozen=True)
class Session:
    """Who asks."""

    user: str
    role: str


@dataclass(frozen=True)
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


Handler = Callable[[Request], Table]
# One identifier, and one with up to two others before it.
ID = r'(?:"[^"]+"|[A-Za-z_][\w$]*)'
NAME = rf"(?:{ID}\.){{0,2}}{ID}"

_KINDS = {
    "ID": ID,
    "NAME": NAME,
    "NUMBER": r"\d+",
    "TEXT": r"'(?:[^'\\]|\\.|'')*'",
    "IDS": rf"{ID}(?:\s*,\s*{ID})*",
    # Between $$, and nothing else ends it.
    "SPEC": r"\$\$(?:(?!\$\$).)*\$\$",
    # Privileges, and what they are on.
    "FORCE": r"FORCE",
    "WORDS": r"[A-Z ,]+?",
    "KIND": r"COMPUTE POOL|DATABASE|SCHEMA|INTEGRATION|SECRET",
}


def done(text: str) -> Table:
    """Return what a statement without rows answers."""
    return Table(("status",), [[text]])


def resolve(name: str) -> tuple[str, ...]:
    """Return the parts of a name as the account stores them: upper case unless they are quoted."""
    found = re.findall(ID, name)
    return tuple(part[1:-1] if part.startswith('"') else part.upper() for part in found)


def compile_statement(form: str) -> re.Pattern[str]:
    """Return the pattern of a form such as `DROP SERVICE <NAME:name>[ FORCE:force]`.

    <KIND:part> takes what _KINDS says, and [...] may be missing.
    """
    tokens = re.split(r"(<\w+:\w+>|\[|\]| )", form)
    pattern = ""
    for token in tokens:
        field = re.fullmatch(r"<(\w+):(\w+)>", token)
        if field:
            pattern += f"(?P<{field[2]}>{_KINDS[field[1]]})"
        else:
            pattern += {"[": "(?:", "]": ")?", " ": r"\s+"}.get(token, re.escape(token))
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


@cache
def known_statements() -> list[tuple[re.Pattern[str], Handler]]:
    """Return every form with what answers it."""
    from simulator.sql import grants, objects, pools, services  # noqa: PLC0415 - they import this module

    forms = [form for module in (pools, objects, services, grants) for form in module.STATEMENTS.items()]
    return [(compile_statement(form), handler) for form, handler in forms]


def execute(catalog: Catalog, session: Session, statement: str) -> Table:
    """Carry a statement out. Raises SqlError, for a statement that is not known too."""
    text = statement.strip().rstrip(";").strip()
    for pattern, handler in known_statements():
        match = pattern.fullmatch(text)
        if match:
            return handler(Request(catalog, session, match.groupdict()))
    raise SqlError("001003", "42000", f"The simulated account does not know the statement: {statement}")
