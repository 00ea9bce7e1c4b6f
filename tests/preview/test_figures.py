"""What panels show after Grafana's own transformations, units and colours, without a browser."""

import json
import os
import subprocess
from typing import Any

import pytest
from previews import Preview

from spcsmetrics.core.paths import BOARD_FOLDER, BUILD
from spcsmetrics.local import page as preview_page

Json = dict[str, Any]
DETAILS = {"spcs-pool", "spcs-node", "spcs-service", "spcs-container"}
# The store's applications answer.
WITHOUT_TROUBLE = ("spcs-applications", "Alerts about applications")
# Prints what the panels show.
DESCRIBE = BUILD / "preview" / "page-describe" / "describe.js"
GREEN, ORANGE, RED = "#73BF69", "#FF9830", "#F2495C"


@pytest.fixture(scope="session")
def panels(shown: Preview) -> dict[tuple[str, str], Json]:
    node = preview_page.find_node()
    assert node
    boards = sorted(str(file) for file in BOARD_FOLDER.glob("*.json"))
    env = {**os.environ, "FROM": str(shown.start), "TO": str(shown.end)}
    command = [str(node), str(DESCRIBE), shown.store, *boards]
    done = subprocess.run(command, capture_output=True, check=True, text=True, env=env)
    return {(panel["board"], panel["title"]): panel for panel in json.loads(done.stdout)}


def column(panel: Json, name: str) -> list[Json]:
    (found,) = [field["shown"] for field in panel["fields"] if field["name"] == name]
    cells: list[Json] = found
    return cells


def row(panel: Json, key: str, value: str) -> dict[str, Json]:
    """Return the cells of the row in which a column has a value."""
    at = [cell["text"] for cell in column(panel, key)].index(value)
    return {field["name"]: field["shown"][at] for field in panel["fields"]}


def test_no_panel_has_an_error_and_every_one_has_data(panels: dict[tuple[str, str], Json]) -> None:
    assert len(panels) > 100
    assert not {place: panel["error"] for place, panel in panels.items() if "error" in panel}
    empty = {place for place, panel in panels.items() if not any(field["shown"] for field in panel["fields"])}
    # A board of details opens on the first of its things, which may have neither GPU nor trouble.
    assert {(board, title) for board, title in empty if board not in DETAILS} <= {WITHOUT_TROUBLE}


def test_columns_of_tables_have_titles_and_units(panels: dict[tuple[str, str], Json]) -> None:
    pools = panels["spcs-home", "Compute pools"]
    names = [field["name"] for field in pools["fields"]]
    assert names == [
        "Pool",
        "State",
        "Nodes",
        "Publish",
        "CPU used",
        "CPU requested",
        "Memory used",
        "Memory requested",
        "Pending",
        "Restarted",
    ]
    web = row(pools, "Pool", "WEB_POOL")
    assert web["Nodes"]["text"] == web["Publish"]["text"] == "2"
    assert web["State"] == {"text": "active", "color": GREEN}
    assert row(pools, "Pool", "QUIET_POOL")["State"]["text"] == "suspended"
    assert row(pools, "Pool", "HIDDEN_POOL")["State"] == {"text": "unseen: MONITOR?", "color": RED}
    assert web["CPU requested"]["text"] == "50%"
    assert web["CPU requested"]["color"] == GREEN
    assert web["Pending"] == {"text": "1", "color": ORANGE}
    for panel in panels.values():
        if panel["type"] == "table":
            assert not [
                field["name"] for field in panel["fields"] if field["name"].startswith(("Value", "snow_", "Time"))
            ]


def test_bytes_are_written_with_their_unit(panels: dict[tuple[str, str], Json]) -> None:
    volumes = panels["spcs-volumes", "Volumes"]
    assert {cell["text"] for cell in column(volumes, "Size")} == {"50 GiB"}
    nodes = panels["spcs-pool", "Node resources"]
    assert {cell["text"] for cell in column(nodes, "Memory")} <= {"13 GiB", "28 GiB", "27 GiB"}


def test_what_waits_and_what_failed_is_named(panels: dict[tuple[str, str], Json]) -> None:
    attention = panels["spcs-home", "Needs attention"]
    reasons = {cell["text"] for cell in column(attention, "Reason")}
    assert {"FailedToPullImage", "FailedWithOOM"} <= reasons
    schemas = {cell["text"] for cell in column(attention, "Schema")}
    assert schemas == {"PUBLIC", "STAGING"}


def test_states_are_words_with_colours(panels: dict[tuple[str, str], Json]) -> None:
    pools = panels["spcs-home", "Compute pools"]
    assert {cell["text"] for cell in column(pools, "State")} == {"active", "suspended", "unseen: MONITOR?"}
    timeline = panels["spcs-container", "State over time"]
    assert {cell["text"] for field in timeline["fields"] for cell in field["shown"]} == {"running"}
    (first, *_) = timeline["fields"]
    assert first["shown"][-1] == {"text": "running", "color": GREEN}


def test_numbers_that_should_be_none_are_orange_when_they_are_not(panels: dict[tuple[str, str], Json]) -> None:
    (field,) = panels["spcs-home", "Containers pending"]["fields"]
    assert field["shown"][-1] == {"text": "3", "color": ORANGE}
    (field,) = panels["spcs-stack", "Store: failed rules"]["fields"]
    assert field["shown"][-1] == {"text": "0", "color": GREEN}
