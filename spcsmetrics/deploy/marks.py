"""What a restore notes in the service's comment, so that one which broke off is not done twice.

Snowflake keeps a snapshot of a volume that a restore replaces: a second restore would keep what the first put there,
and be billed for it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from spcsmetrics.deploy.rows import Snapshot

# Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/block-storage-volume
KEPT = "SYS_BACKUP_ON_DELETE"
_MARK = re.compile(r"(?P<comment>.*?); restoring (?P<source>.+), newest kept (?P<newest>.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A restore that has begun: from which snapshot, and when the newest was made that the account had kept by then."""

    source: str
    newest: datetime | None

    def added_to(self, comment: str) -> str:
        """Return a comment with it."""
        # In UTC: sessions of other time zones read it.
        newest = self.newest.astimezone(UTC).isoformat() if self.newest else ""
        return f"{comment}; restoring {self.source}, newest kept {newest}"

    def is_done(self, kept: datetime | None) -> bool:
        """Return whether the volume was replaced after this, by when the newest kept snapshot was made."""
        return kept is not None and (self.newest is None or kept > self.newest)


def read(comment: str | None) -> tuple[str, Mark | None]:
    """Return a comment without its mark, and the mark; None where its time cannot be read."""
    found = _MARK.fullmatch(comment or "")
    if not found:
        return comment or "", None
    try:
        newest = datetime.fromisoformat(found["newest"]) if found["newest"] else None
    except ValueError:
        return found["comment"], None
    if newest and newest.tzinfo is None:
        return found["comment"], None
    return found["comment"], Mark(source=found["source"], newest=newest)


def find_newest(snapshots: Iterable[Snapshot], service: str) -> datetime | None:
    """Return when the newest snapshot was made that the account itself kept of a service's volume, or nothing."""
    times = (
        row["created_on"]
        for row in snapshots
        if row["name"].startswith(KEPT) and row["service_name"] == service and row["state"] != "ERROR"
    )
    return max(times, default=None)
