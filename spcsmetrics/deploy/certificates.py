"""The certificates between the view and the shards: made at a deployment, kept as Snowflake secrets, never on disk.

An authority signs one certificate for the shards and one for the view, and its key is forgotten then: nobody can sign
another. So certificates are replaced as a whole, by a generation of their own, which every service is altered to use.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from spcsmetrics.deploy.names import COMMENT, literal
from spcsmetrics.deploy.rows import Secret
from spcsmetrics.deploy.settings import Settings

PARTS = ("CA", "SERVER_CERT", "SERVER_KEY", "CLIENT_CERT", "CLIENT_KEY")
# What the view asks each shard's certificate for, whatever its address is.
SERVER_NAME = "shard.spcs-metrics.internal"
VALID = timedelta(days=730)
# A deployment within so long before the end makes new ones.
RENEWED_BEFORE = timedelta(days=90)
HIDDEN = "'***'"
_COMMENT = re.compile(r".*, deployment (?P<deployment>\w+), certificates until .*")
_NAME = re.compile(rf".*_TLS_(?P<number>[0-9A-F]+)_(?P<part>{'|'.join(PARTS)})")


@dataclass(frozen=True, kw_only=True)
class Generation:
    """Certificates that belong together; number is when they end, in seconds since 1970. parts are those that exist."""

    number: int
    parts: frozenset[str] = frozenset()

    @property
    def end(self) -> datetime:
        """Return when they end."""
        return datetime.fromtimestamp(self.number, UTC)

    @property
    def complete(self) -> bool:
        """Return whether all are there; the authority of one that is not cannot sign what is missing."""
        return self.parts == set(PARTS)

    def secret(self, settings: Settings, part: str) -> str:
        """Return the full name of the secret that holds a part."""
        return f"{settings.schema_name}.{settings.service}_TLS_{self.number:X}_{part}"

    def creation_sql(self, settings: Settings, part: str) -> str:
        """Return the statement that keeps a part, with stars in the place of what it holds."""
        comment = f"{COMMENT}, deployment {settings.service}, certificates until {self.end:%Y-%m-%d}"
        return (
            f"CREATE SECRET IF NOT EXISTS {self.secret(settings, part)}\n  TYPE = GENERIC_STRING"
            f" SECRET_STRING = {HIDDEN}\n  COMMENT = {literal(comment)}"
        )

    def removal_sql(self, settings: Settings, part: str) -> str:
        """Return the statement that removes a part."""
        return f"DROP SECRET IF EXISTS {self.secret(settings, part)}"


def read_generations(secrets: Iterable[Secret], settings: Settings) -> tuple[Generation, ...]:
    """Return the generations of a deployment, by the comments of its secrets; the newest last."""
    parts: dict[int, set[str]] = {}
    for row in secrets:
        noted, named = _COMMENT.fullmatch(row["comment"] or ""), _NAME.fullmatch(row["name"])
        if noted and named and noted["deployment"] == settings.service:
            parts.setdefault(int(named["number"], 16), set()).add(named["part"])
    return tuple(Generation(number=number, parts=frozenset(parts[number])) for number in sorted(parts))


def is_used(generation: Generation, specification: object) -> bool:
    """Return whether a specification names secrets of a generation."""
    return f"_TLS_{generation.number:X}_" in str(specification)


def uses_any(settings: Settings, specification: object) -> bool:
    """Return whether a specification names certificates of the deployment."""
    return f"{settings.schema_name}.{settings.service}_TLS_" in str(specification)


def find_newest(there: Iterable[Generation]) -> Generation | None:
    """Return the newest generation of which all parts are there."""
    return max((one for one in there if one.complete), key=lambda one: one.number, default=None)


def choose(there: Collection[Generation], now: datetime, *, renew: bool) -> Generation:
    """Return the generation to use: the newest that is complete, else a new one, as when it is to be renewed or ends.

    One that a run which broke off left incomplete is never used, nor is its number, which is the second of the end.
    """
    newest = find_newest(there)
    if newest is None or renew or newest.end - now < RENEWED_BEFORE:
        taken = max((one.number for one in there), default=0)
        return Generation(number=max(int((now + VALID).timestamp()), taken + 1))
    return newest
