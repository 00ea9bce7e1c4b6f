"""What the store scrapes by itself, and how it is told apart from other stores."""

from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from launchers import start_launched_store
from views import ask_one, start_sidecar, start_view
from waiting import wait_for

from spcsmetrics.local import processes


def ask(url: str, path: str) -> Any:
    return requests.get(f"{url}/api/v1/{path}", timeout=5).json()["data"]


@pytest.mark.parametrize(
    ("env", "instances", "external"),
    [
        (
            {},
            {"prometheus": "localhost:{port}", "launcher": "localhost:{probes}", "grafana": "localhost:3000"},
            {},
        ),
        (
            {"SNOWFLAKE_SERVICE_NAME": "SPCS_METRICS_1", "SPCS_SHARD_INDEX": "1", "SPCS_REPLICA": "0"},
            {"prometheus": "SPCS_METRICS_1", "launcher": "SPCS_METRICS_1"},
            {"spcs_shard": "1", "replica": "0"},
        ),
    ],
    ids=["alone", "a shard"],
)
def test_the_store_names_its_siblings_and_itself(
    env: dict[str, str], instances: dict[str, str], external: dict[str, str], tmp_path: Path
) -> None:
    with processes.open_run(tmp_path / "run") as run:
        store = start_launched_store(run, env=env)
        url = store.process.url
        wait_for(lambda: len(ask(url, "targets?state=active")["activeTargets"]) == len(instances), 20)
        found = {one["labels"]["job"]: one["labels"]["instance"] for one in ask(url, "targets")["activeTargets"]}
        ports = {"port": url.rpartition(":")[2], "probes": store.probes.rpartition(":")[2]}
        assert found == {job: text.format(**ports) for job, text in instances.items()}
        configured = yaml.safe_load(ask(url, "status/config")["yaml"])["global"]
        assert {key: value for key, value in configured.get("external_labels", {}).items() if value} == external


def test_a_sidecar_reads_a_store_that_the_launcher_has_bounded(tmp_path: Path) -> None:
    with processes.open_run(tmp_path / "run") as run:
        store = start_launched_store(run, env={"SPCS_SHARD_INDEX": "0", "SPCS_REPLICA": "a", "SPCS_SERIES": "45000"})
        _, endpoint = start_sidecar(run, "store", store.process)
        view = start_view(run, [endpoint])
        wait_for(lambda: ask_one(view, 'count(up{spcs_shard="0"} == 1)')[1] == 2, 60)
