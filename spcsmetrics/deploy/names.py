"""Names and texts in SQL: checked or quoted, never concatenated raw.

Source: https://docs.snowflake.com/en/sql-reference/identifiers-syntax
"""

import re

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.versions import PRODUCT

# What the comments of services, secrets and pools begin with.
LABEL = "SPCS user metrics"
COMMENT = f"{LABEL} {PRODUCT}"

_SHOWN = re.compile(r"[A-Z_][A-Z0-9_$]*")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,254}")
LONGEST_SERVICE = 63
# A service's name becomes a DNS label with - for _; quoted names of services do not exist.
_SERVICE = re.compile(r"[A-Za-z]([A-Za-z0-9_]{0,61}[A-Za-z0-9])?")


def identifier(name: str, what: str) -> str:
    """Return a name as SQL takes it: upper case when it is plain, else quoted. Raises UserError for an empty one.

    A newline would end a comment of a script, and other control characters act on the terminal of who reads it.
    """
    if not name or len(name) > 255 or not name.isprintable():
        raise UserError(f"{what} is {name!r}: give a name of 1 to 255 characters, each of which can be seen")
    if _PLAIN.fullmatch(name):
        return name.upper()
    if name.startswith('"') and name.endswith('"') and len(name) > 2:
        name = name[1:-1].replace('""', '"')
    return '"' + name.replace('"', '""') + '"'


def plain_identifier(name: str, what: str) -> str:
    """Return a name of which Snowpark Container Services do not accept a quoted form. Raises UserError for any other.

    Sources: the pages CREATE SERVICE, CREATE COMPUTE POOL and CREATE IMAGE REPOSITORY of Snowflake's SQL reference.
    """
    if not _PLAIN.fullmatch(name):
        raise UserError(
            f"{what} is {name!r}, and Snowpark Container Services do not accept quoted names: write the name of an"
            " object of letters, digits and _, which begins with a letter"
        )
    return name.upper()


def bare(name: str) -> str:
    """Return an identifier of SQL as SHOW prints it: without quotes."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def quoted(name: str) -> str:
    """Return a name that SHOW printed as an identifier of SQL."""
    return name if _SHOWN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def service_identifier(name: str, what: str) -> str:
    """Return the name of a service. Raises UserError for one that cannot be a DNS label."""
    if not _SERVICE.fullmatch(name):
        raise UserError(
            f"{what} is {name!r}: a service's name has letters, digits and _, begins with a letter and ends with"
            " a letter or a digit, at most 63"
        )
    return name.upper()


def literal(text: str) -> str:
    """Return a text as SQL takes it between quotes."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def dollar_quoted(text: str) -> str:
    """Return a JSON text between $$; a $ before another becomes its JSON escape, so that nothing ends it early."""
    safe = re.sub(r"\$(?=\$)|\$$", r"\\u0024", text)
    return f"$$\n{safe}\n$$"
