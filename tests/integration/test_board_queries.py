"""The boards' queries against the real store."""

import json
from collections.abc import Iterator

import pytest
from conftest import SCRAPE_SECONDS, Stand, wait_for

from spcsmetrics.paths import GRAFANA

# Nothing has finished or been killed yet when the simulation is young.
LATE = ("container_state_finished", "container_state_last_finished_reason")


def queries() -> Iterator[tuple[str, str]]:
    for file in sorted((GRAFANA / "dashboards").glob("*.json")):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel.get("targets", []):
                yield panel["title"], target["expr"]


def substitute(expression: str) -> str:
    """Put in what Grafana would: the variable All, and the macros of a young time range."""
    macros = {"$pool": ".*", "$__range": "1m", "$__rate_interval": f"{5 * SCRAPE_SECONDS}s"}
    for name, value in macros.items():
        expression = expression.replace(name, value)
    return expression


@pytest.mark.parametrize(("panel", "expression"), list(queries()))
def test_every_query_of_a_board_returns_rows(stand: Stand, panel: str, expression: str) -> None:
    if any(metric in expression for metric in LATE):
        stand.query(substitute(expression))
    else:
        wait_for(lambda: bool(stand.query(substitute(expression))), 6 * SCRAPE_SECONDS)
