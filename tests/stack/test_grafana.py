"""Grafana: takes the boards, and lets nobody in whom the ingress did not send."""

import json
import os
from collections.abc import Callable
from typing import Any

import pytest
from conftest import execute

from spcsmetrics.monitoring.writing import BOARD_FOLDER

pytestmark = pytest.mark.skipif(
    not os.environ.get("SPCS_STACK_GRAFANA"), reason="the stack runs without Grafana, whose image cannot be built here"
)


def get(path: str, user: str | None = None) -> tuple[str, Any]:
    """Return the status line and body of a request from a sibling container's view."""
    headers = ["--header", f"Sf-Context-Current-User: {user}"] if user else []
    script = ["wget", "-S", "-q", "-O", "-", *headers, f"http://127.0.0.1:3000{path}"]
    out = execute("grafana", "sh", "-c", '"$@" 2>&1 || true', "sh", *script)
    status = next(line.strip() for line in out.splitlines() if "HTTP/1.1" in line)
    body = out[out.find("\n{") + 1 :] if "\n{" in out else out[out.find("\n[") + 1 :]
    return status, json.loads(body) if body.strip().startswith(("{", "[")) else None


def test_without_the_header_of_the_ingress_nobody_gets_in() -> None:
    assert " 401 " in get("/api/user")[0] + " "


def test_a_user_of_the_ingress_is_a_viewer() -> None:
    status, orgs = get("/api/user/orgs", "SOMEBODY")
    assert " 200 " in status
    assert [org["role"] for org in orgs] == ["Viewer"]


def test_the_boards_are_there() -> None:
    _, found = get("/api/search?type=dash-db", "SOMEBODY")
    assert {board["uid"] for board in found} == {file.stem for file in BOARD_FOLDER.glob("*.json")}


def test_grafana_says_nothing_against_what_it_is_given(logs: Callable[[str], str]) -> None:
    complaints = [line for line in logs("grafana").splitlines() if "provisioning" in line and "level=error" in line]
    assert not complaints
