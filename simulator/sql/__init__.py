"""The statements that the simulated account knows, whichever way they arrive: SQL REST API or driver.

A statement that is not known fails with its own text, so that nothing is simulated by accident.
"""

import re
from collections.abc import Callable

from simulator.catalog import Catalog
from simulator.errors import SqlError, SqlErrorKind
from simulator.sql import grants, objects, pools, service_views, services
from simulator.sql.request import ID, NAME, Request, Session, Table

__all__ = ["Session", "Table", "execute"]

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
    "WORDS": r"[A-Z ,]+?",
    "KIND": r"COMPUTE POOL|DATABASE|SCHEMA|INTEGRATION|SECRET",
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


_FORMS: list[tuple[re.Pattern[str], Handler]] = [
    (compile_statement(form), handler)
    for module in (pools, objects, services, service_views, grants)
    for form, handler in module.STATEMENTS.items()
]


def execute(catalog: Catalog, session: Session, statement: str) -> Table:
    """Carry a statement out. Raises SqlError, for a statement that is not known too."""
    text = statement.strip().rstrip(";").strip()
    for pattern, handler in _FORMS:
        match = pattern.fullmatch(text)
        if match:
            return handler(Request(catalog=catalog, session=session, parts=match.groupdict()))
    raise SqlError(SqlErrorKind.SYNTAX, f"The simulated account does not know the statement: {statement}")
