"""The boards, made from signals; written to grafana/dashboards by ./inv dashboards."""

from collections.abc import Callable

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from spcsmetrics.monitoring.boards import pool

# File name -> the function that makes the board.
BOARDS: dict[str, Callable[[], Dashboard]] = {"spcs-pool.json": pool.make}


def render(board: Dashboard) -> str:
    """Return the board as Grafana reads it from a file."""
    text: str = JSONEncoder(sort_keys=True, indent=2).encode(board)
    return text + "\n"
