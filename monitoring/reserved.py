"""Names that applications may not publish: those of the platform, of the store's rules and alerts, and of scrapes."""

import re

from monitoring.metrics import CATALOGUE
from monitoring.selectors import DATABASE, INSTANCE, POOL, SCHEMA, SERVICE

# What the receiver sets on every series of an application: nodes publish the same names and values, by which both join.
FORCED_LABELS = (POOL, DATABASE, SCHEMA, SERVICE, INSTANCE)
# Every other label of the platform is emptied.
_PLATFORM_LABEL = re.compile(r"snow_.+")
_PATTERNS = (r"spcs_.+", r"scrape_.+", r"ALERTS.*", "up", "target_info")


def is_reserved(name: str) -> bool:
    """Return whether a metric of this name is left out where an application publishes it."""
    return name in CATALOGUE or any(re.fullmatch(pattern, name) for pattern in _PATTERNS)


def kept_labels(published: dict[str, str], forced: dict[str, str]) -> dict[str, str]:
    """Return the labels that a series of an application has in the store.

    One that is forced wins, and what the application says in its place is kept as exported_..., as Prometheus does
    without honor_labels.
    """
    kept = dict(forced)
    for label, value in published.items():
        if label in forced:
            kept[f"exported_{label}"] = value
        elif not _PLATFORM_LABEL.fullmatch(label):
            kept[label] = value
    return kept
