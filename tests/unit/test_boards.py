"""The boards: checked in as built, and made of what the catalogue has."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from spcsmetrics.monitoring.boards import BOARDS, render
from spcsmetrics.monitoring.metrics import CATALOGUE
from spcsmetrics.paths import GRAFANA


@pytest.fixture(params=sorted(BOARDS))
def board(request: pytest.FixtureRequest) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render(BOARDS[request.param]()))
    return loaded


def panels(board: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (panel for panel in board["panels"] if panel["type"] != "row")


def test_the_files_are_those_that_a_fresh_build_writes() -> None:
    written = {file.name: file.read_text() for file in (GRAFANA / "dashboards").glob("*.json")}
    assert written == {name: render(make()) for name, make in BOARDS.items()}, "run ./inv dashboards"


def test_ids_and_places_are_unique(board: dict[str, Any]) -> None:
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    cells = [
        (x, y)
        for panel in board["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) == 23


def test_every_panel_says_what_it_shows_and_why_it_may_be_empty(board: dict[str, Any]) -> None:
    for panel in panels(board):
        assert panel["title"]
        assert "Empty when" in panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"]["uid"] == "${datasource}"


def test_every_query_chooses_pools_and_uses_published_metrics_only(board: dict[str, Any]) -> None:
    for panel in panels(board):
        for target in panel["targets"]:
            metrics = re.findall(r"(\w+)\{", target["expr"])
            assert metrics
            assert set(metrics) <= set(CATALOGUE), target["expr"]
            assert target["expr"].count('=~"$pool"') == len(metrics), target["expr"]


def test_shares_are_never_summed(board: dict[str, Any]) -> None:
    for panel in panels(board):
        for target in panel["targets"]:
            assert not re.search(r"sum[^(]*\([^)]*\) *\([^)]*utilization", target["expr"])
