"""Grafana: takes the boards, and lets nobody in whom the ingress did not send."""

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from conftest import execute

from spcsmetrics.images import IMAGES
from spcsmetrics.monitoring.rules.alerts import ALERTS
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


def test_the_user_that_the_service_names_is_the_administrator() -> None:
    assert get("/api/user", "BOSS")[1]["isGrafanaAdmin"] is True
    assert get("/api/user", "SOMEBODY")[1]["isGrafanaAdmin"] is False
    assert " 403 " in get("/api/admin/settings", "SOMEBODY")[0] + " "


def test_the_boards_are_there() -> None:
    _, found = get("/api/search?type=dash-db", "SOMEBODY")
    assert {board["uid"] for board in found} == {file.stem for file in BOARD_FOLDER.glob("*.json")}


def test_grafana_says_nothing_against_what_it_is_given(logs: Callable[[str], str]) -> None:
    assert not complaints(logs("grafana"))


def complaints(log: str) -> list[str]:
    return [line for line in log.splitlines() if "level=error" in line and "provision" in line]


@pytest.mark.parametrize("way", ["webhook", "email"])
def test_grafana_takes_the_alerts_that_tell_somebody(way: str) -> None:
    variables = {
        "GF_PATHS_PROVISIONING": f"/etc/grafana/notify-{way}",
        "SPCS_WEBHOOK_URL": "http://127.0.0.1:9/",
        "SPCS_EMAIL_ADDRESSES": "somebody@example.com",
        "GF_SECURITY_ADMIN_USER": "BOSS",
    }
    options = [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
    image = IMAGES["grafana"].reference
    started = docker("run", "--detach", "--network=none", *options, image).strip()
    try:
        path = "http://127.0.0.1:3000/api/v1/provisioning/alert-rules"
        ask = ["wget", "-q", "-O", "-", "--header", "Sf-Context-Current-User: BOSS", path]
        rules = docker("exec", started, "sh", "-c", 'for i in $(seq 60); do "$@" && exit; sleep 1; done', "sh", *ask)
        assert {rule["title"] for rule in json.loads(rules)} == set(ALERTS)
        assert not complaints(docker("logs", started))
    finally:
        docker("rm", "--force", "--volumes", started)


def docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True, text=True)
    return done.stdout
