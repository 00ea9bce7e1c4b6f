"""Names that applications may not publish: those of the platform, of the store's rules and alerts, and of scrapes."""

import re

from monitoring.metrics import CATALOGUE
from monitoring.selectors import ACCOUNT, DATABASE, INSTANCE, POOL, SCHEMA, SERVICE

# What the receiver sets on every series of an application: nodes publish the same names and values, by which both join.
FORCED_LABELS = (ACCOUNT, POOL, DATABASE, SCHEMA, SERVICE, INSTANCE)
# Every other label of the platform, and of scrapes and stores, is removed.
_LABEL_PREFIXES = ("snow_", "__")
_PREFIXES = ("spcs_", "spcs:", "scrape_", "ALERTS")


def is_reserved(name: str) -> bool:
    """Return whether a metric of this name is left out where an application publishes it."""
    written = _as_stored(name)
    return written in CATALOGUE or written in {"up", "target_info"} or written.startswith(_PREFIXES)


def _as_stored(name: str) -> str:
    """Return a name as a store writes it that has letters, digits, underscores and colons alone."""
    return re.sub(r"[^A-Za-z0-9:]", "_", name)


def kept_labels(published: dict[str, str], forced: dict[str, str]) -> dict[str, str]:
    """Return the labels that a series of an application has in the store.

    One that is forced wins, and what the application says in its place is kept as exported_..., as Prometheus does
    without honor_labels.
    """
    kept = dict(forced)
    for label, value in published.items():
        if label in forced:
            kept[f"exported_{label}"] = value
        elif not _as_stored(label).startswith(_LABEL_PREFIXES):
            kept[label] = value
    return kept
