"""Every query of every board against the real store, with variables put in as Grafana would."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import SCRAPE_SECONDS, wait_for

from spcsmetrics import pipeline, prometheus
from spcsmetrics.monitoring.rules.recording import RECORDINGS
from spcsmetrics.monitoring.writing import BOARD_FOLDER, RULE_FOLDER
from spcsmetrics.promql import Query, Sample, over_http

# By then a container has been killed for its memory, and another has done its work.
AGE = 250
# What Grafana puts in: the variable All, and the macros of a young time range.
MACROS = {
    "$__rate_interval": f"{5 * SCRAPE_SECONDS}s",
    "$__range_s": "60",
    "$__range": "1m",
    "$credits_per_node_hour": "0.11",
}


@dataclass(frozen=True)
class Target:
    """One query of a panel, as Grafana would send it."""

    board: str
    panel: str
    expr: str


def targets() -> Iterator[Target]:
    for file in sorted(BOARD_FOLDER.glob("*.json")):
        board = json.loads(file.read_text())
        names = {f"${variable['name']}": ".*" for variable in board["templating"]["list"]}
        macros = {**MACROS, **{name: value for name, value in names.items() if name not in MACROS}}
        for panel in board["panels"]:
            for target in panel.get("targets", []):
                expr = target["expr"]
                # Longest first: $pool is the beginning of no other, but $__range is.
                for name in sorted(macros, key=len, reverse=True):
                    expr = expr.replace(name, macros[name])
                yield Target(board["uid"], panel["title"], expr)


def write_fast_configuration(folder: Path) -> Path:
    """Write the shipped configuration with rules that are evaluated every two seconds."""
    rules = folder / "rules"
    rules.mkdir()
    for file in RULE_FOLDER.glob("*.yml"):
        text = file.read_text().replace("interval: 30s", "interval: 2s").replace("interval: 5m", "interval: 2s")
        (rules / file.name).write_text(text)
    config = folder / "fast.yml"
    text = prometheus.CONFIG.read_text().replace("_interval: 30s", "_interval: 2s").replace("offset: 30s", "offset: 2s")
    config.write_text(text)
    return config


@dataclass(frozen=True)
class Store:
    """A store that has been fed for a while, and the address of the simulator."""

    query: Query
    url: str
    admin: str


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("boards")
    with pipeline.open_run(folder) as run:
        simulation = pipeline.start_simulator(run, pools=3, nodes=2, containers=8, age=AGE)
        part = pipeline.start_store(run, write_fast_configuration(folder))
        pipeline.start_collector(run, simulation, part, f"{SCRAPE_SECONDS}s", "2s")
        query = over_http(part.url)
        # What fails now and then is counted, and what was counted has a rate.
        node = simulation.state()["pools"][0]["nodes"][0]["address"]  # type: ignore[index]
        for fault in ("garbage", None):
            requests.put(f"{simulation.admin}/faults/nodes/{node}", json={"fault": fault}, timeout=5)
            requests.put(f"{simulation.admin}/faults/account", json={"fault": fault and "expired"}, timeout=5)
            time.sleep(5)
        wait_for(lambda: bool(query('ALERTS{alertname="SpcsContainerStartSlow"}')), 60)
        time.sleep(20)
        yield Store(query, part.url, simulation.admin)


def test_every_query_of_every_board_returns_rows(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    every = list(targets())
    empty = [target for target in every if not store.query(target.expr)]
    with capsys.disabled():
        print(f"\n{len(every) - len(empty)} of {len(every)} queries of the boards returned rows")  # noqa: T201
    assert not empty, "\n".join(f"{target.board} / {target.panel}: {target.expr}" for target in empty)


def test_every_recording_rule_has_series_and_none_fails(store: Store) -> None:
    assert not [name for name in RECORDINGS if not store.query(name)]
    assert {sample.value for sample in store.query("prometheus_rule_evaluation_failures_total")} == {0}


def test_alerts_that_fire_say_what_they_mean(store: Store) -> None:
    alerts: list[dict[str, Any]] = requests.get(f"{store.url}/api/v1/alerts", timeout=5).json()["data"]["alerts"]
    names = {alert["labels"]["alertname"] for alert in alerts}
    assert names >= {"SpcsWatchdog", "SpcsContainerStartSlow", "SpcsContainerPendingTooLong"}
    for alert in alerts:
        assert "<no value>" not in alert["annotations"]["description"]
        assert "{{" not in alert["annotations"]["description"]


def one(store: Store, expression: str) -> list[Sample]:
    return store.query(expression.replace("$__range", "1m"))


def test_services_of_one_name_in_two_schemas_are_two(store: Store) -> None:
    schemas = "count by (snow_service_name) (count by (snow_schema_name, snow_service_name) (container_cpu_limit))"
    twice = {sample.labels["snow_service_name"] for sample in store.query(schemas) if sample.value == 2}
    assert twice == {"WEB_POOL_API", "BATCH_POOL_API", "GPU_POOL_API"}
    for target in targets():
        for sample in store.query(target.expr):
            if sample.labels.get("snow_service_name") in twice:
                assert "snow_schema_name" in sample.labels, target


def test_containers_that_share_a_gpu_are_averaged_and_never_exceed_it(store: Store) -> None:
    sharing = "count by (snow_compute_pool_node_id, gpu) (container_gpu_utilization)"
    assert max(sample.value for sample in store.query(sharing)) >= 2
    for target in targets():
        if "container_gpu_utilization" in target.expr and "count(" not in target.expr:
            assert all(sample.value <= 1 for sample in store.query(target.expr)), target
