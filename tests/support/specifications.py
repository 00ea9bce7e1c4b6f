"""Specifications as tests want them."""

from typing import Any

from spcsmetrics.deploy import planner
from spcsmetrics.deploy.layout import CONTAINERS, PAIR
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.sizing import find_size
from spcsmetrics.deploy.specification import render

TAGS = dict.fromkeys(CONTAINERS[PAIR], "1.0")


def specify(settings: Settings, series: int = 0) -> dict[str, Any]:
    """Return the specification of a size, with the volume that it needs."""
    size = find_size(series)
    volume = settings.volume_gib or size.volume_gib(settings.retention_days)
    return render(settings, planner.image_paths(settings, TAGS), "ALICE", size, volume)
