"""Every query of every board against the real store, with variables put in as Grafana would."""

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from stores import Store, start_full_store
from waiting import SCRAPE_SECONDS, wait_for

from monitoring.boards.reading import panels
from monitoring.rules.alerts import ALERTS
from monitoring.rules.recording import RECORDINGS
from spcsmetrics.core import versions
from spcsmetrics.core.paths import BOARD_FOLDER
from spcsmetrics.local import processes
from spcsmetrics.local.promql import fill

# Rates need a few scrapes, and the most that a query of a young store may take to have its first rows.
WINDOW, PATIENCE_SECONDS = f"{5 * SCRAPE_SECONDS}s", 60

# Nodes that publish, where they are fewer than those that are known, what comes after the tenth, what has failed within
# the minute asked for, and alerts about applications: test_figures.py has courses of events in which they have rows.
EMPTY_WHILE_ALL_IS_WELL = (
    " * 0) < sum(spcs_pool:nodes:known",
    " unless topk(10, ",
    'reason!="Done", job!="spcs-services", snow_account_name=~".*"} and',
    "rate(spcs_application_scrape_failures_total",
    'alertname=~"SpcsApplication.+"',
)


@dataclass(frozen=True, kw_only=True)
class Target:
    """One query of a panel, as Grafana would send it."""

    board: str
    panel: str
    expr: str


def targets() -> Iterator[Target]:
    for file in sorted(BOARD_FOLDER.glob("*.json")):
        board = json.loads(file.read_text())
        for panel in panels(board):
            for target in panel.get("targets", []):
                expr = fill(target["expr"], interval=WINDOW, seconds=60, choice=".*")
                yield Target(board=board["uid"], panel=panel["title"], expr=expr)


def without_rows(store: Store, asked: Iterable[Target]) -> list[Target]:
    return [
        target
        for target in asked
        if not store.query(target.expr) and not any(part in target.expr for part in EMPTY_WHILE_ALL_IS_WELL)
    ]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with processes.open_run(tmp_path_factory.mktemp("boards")) as run:
        full = start_full_store(run)
        # Rules and rates need several scrapes. The first test names the queries that stay empty for good.
        empty = list(targets())

        def ask_again() -> bool:
            empty[:] = without_rows(full, empty)
            return not empty

        with contextlib.suppress(AssertionError):
            wait_for(ask_again, PATIENCE_SECONDS)
        yield full


def test_every_query_of_every_board_returns_rows(store: Store, measured: Callable[[str], None]) -> None:
    empty = without_rows(store, targets())
    count = len(list(targets()))
    measured(f"{count - len(empty)} of {count} queries of the boards returned rows")
    assert not empty, "\n".join(f"{target.board} / {target.panel}: {target.expr}" for target in empty)


def test_every_series_is_of_the_account_but_what_rules_make_of_nothing(store: Store) -> None:
    without = store.query('{__name__=~".+", snow_account_name=""}')
    names = {sample.labels["__name__"] for sample in without}
    assert names == {"ALERTS", "ALERTS_FOR_STATE", "spcs_build_info", "spcs_family:node_hour:credits"}
    fired = {sample.labels["alertname"] for sample in without if "alertname" in sample.labels}
    assert fired <= {name for name, alert in ALERTS.items() if alert.of_own_store}


def test_every_recording_rule_has_series_and_none_fails(store: Store) -> None:
    # What is recorded once a minute may not have been since a container restarted.
    wait_for(lambda: all(store.query(name) for name in RECORDINGS), 120)
    assert {sample.value for sample in store.query("prometheus_rule_evaluation_failures_total")} == {0}


def test_alerts_that_fire_say_what_they_mean(store: Store) -> None:
    alerts: list[dict[str, Any]] = requests.get(f"{store.url}/api/v1/alerts", timeout=5).json()["data"]["alerts"]
    names = {alert["labels"]["alertname"] for alert in alerts}
    assert names >= {"SpcsWatchdog", "SpcsContainerPendingTooLong"}
    for alert in alerts:
        assert "<no value>" not in alert["annotations"]["description"]
        assert "{{" not in alert["annotations"]["description"]


def test_collector_rules_and_boards_carry_one_version(store: Store) -> None:
    (table,) = [target.expr for target in targets() if target.panel == "Versions"]
    shown = {sample.labels["job"]: sample.labels.get("version") for sample in store.query(table)}
    assert shown["otelcol"] == shown["rules and boards"] == versions.PRODUCT
    assert shown["prometheus"] == versions.PROMETHEUS


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
