"""The statements that the simulated account knows, whichever way they arrive: SQL REST API or driver.

A statement that is not known fails with its own text, so that nothing is simulated by accident.
"""

import re
from collections.abc import Callable

from simulator.catalog import Catalog
from simulator.errors import SqlError, SqlErrorKind
from simulator.sql import (
    bulk_grants,
    grants,
    jobs,
    objects,
    pools,
    secrets,
    service_lists,
    service_roles,
    service_views,
    services,
    snapshots,
)
from simulator.sql.request import ID, NAME, Request, Session, Table

__all__ = ["FORMS", "Session", "Table", "execute"]

Handler = Callable[[Request], Table]
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
    "JOBS": r"EXCLUDE\s+JOBS",
    "EXISTS": r"IF\s+EXISTS",
    "UNLESS": r"IF\s+NOT\s+EXISTS",
    "BOOL": r"TRUE|FALSE",
    "WORDS": r"[A-Z ,]+?",
    "KIND": r"COMPUTE POOL|DATABASE|SCHEMA|INTEGRATION|SECRET|SERVICE|SNAPSHOT|IMAGE REPOSITORY",
}


def compile_statement(form: str) -> re.Pattern[str]:
    """Return the pattern of a form such as `DROP SERVICE <NAME:name>[ <FORCE:force>]`.

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


_MODULES = (
    *(pools, objects, secrets, snapshots, services, jobs),
    *(service_lists, service_views, service_roles, grants, bulk_grants),
)
_HANDLERS: dict[str, Handler] = {form: handler for module in _MODULES for form, handler in module.STATEMENTS.items()}
# Every form that is known, with the pattern of its statements.
FORMS: dict[str, re.Pattern[str]] = {form: compile_statement(form) for form in _HANDLERS}


def execute(catalog: Catalog, session: Session, statement: str) -> Table:
    """Carry a statement out. Raises SqlError, for a statement that is not known too."""
    text = statement.strip().rstrip(";").strip()
    for form, pattern in FORMS.items():
        match = pattern.fullmatch(text)
        if match:
            return _HANDLERS[form](Request(catalog=catalog, session=session, parts=match.groupdict()))
    raise SqlError(SqlErrorKind.SYNTAX, f"The simulated account does not know the statement: {statement}")
