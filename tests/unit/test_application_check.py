"""What the store must have of applications: what they publish under the names that are forced, and nothing reserved."""

from collections.abc import Iterator
from typing import Any

import pytest
from json_servers import serve_json

from monitoring.metrics import CATALOGUE
from monitoring.reserved import is_reserved
from monitoring.rules.recording import RECORDINGS
from monitoring.signals.llm import METRICS as LLM_METRICS
from simulator.publishers import PUBLISHERS
from spcsmetrics.local.applications import Series, compare, expected, forced_labels
from spcsmetrics.local.promql import InstantQuery, Sample
from spcsmetrics.local.verification import verify

LLM: dict[str, Any] = {
    "name": "D.S.LLM",
    "pool": "P",
    "port": 8000,
    "comment": "prometheus.io/scrape=true prometheus.io/port=8000",
    "instances": [{"number": 0, "address": "127.91.0.1:8000"}],
}
FORCED = {
    "job": "spcs-services",
    "instance": "D.S.LLM/0:8000",
    "snow_account_name": "SIMULATED",
    "snow_compute_pool_name": "P",
    "snow_database_name": "D",
    "snow_schema_name": "S",
    "snow_service_name": "LLM",
    "snow_service_container_instance": "0",
}


def published(kind: str) -> list[dict[str, str]]:
    return [{"__name__": s.name} | dict(s.labels) for family in PUBLISHERS[kind](1, 60) for s in family.samples]


def test_an_instance_keeps_its_name_wherever_it_runs() -> None:
    assert forced_labels(LLM, 0) == FORCED


def test_a_series_has_the_forced_labels_beside_its_own() -> None:
    one = {"__name__": "vllm:num_requests_running", "engine": "0"}
    assert expected(LLM, 0, [one]) == {frozenset((one | FORCED).items())}


def test_what_an_application_says_of_itself_is_set_aside_and_labels_of_the_platform_are_emptied() -> None:
    claimed = {"__name__": "x", "job": "spcs-nodes", "snow_service_name": "OTHER", "snow_compute_pool_node_id": "n"}
    kept = {"__name__": "x", "exported_job": "spcs-nodes", "exported_snow_service_name": "OTHER"}
    assert expected(LLM, 0, [claimed]) == {frozenset((kept | FORCED).items())}


@pytest.mark.parametrize(
    "name", [*CATALOGUE, *RECORDINGS, "up", "scrape_samples_scraped", "ALERTS", "ALERTS_FOR_STATE", "node.cpu.capacity"]
)
def test_names_of_the_platform_are_reserved(name: str) -> None:
    assert is_reserved(name)


@pytest.mark.parametrize(
    "name", [*sorted(LLM_METRICS), "uptime", "http_requests_total", "target_info_total", "node_load1"]
)
def test_other_names_are_free(name: str) -> None:
    assert not is_reserved(name)


def test_of_a_hostile_application_its_own_metric_is_left_and_what_only_a_job_tells_apart() -> None:
    names = {dict(series)["__name__"] for series in expected(LLM, 0, published("hostile"))}
    assert "honest_requests_total" in names
    assert all(name.startswith(("honest_", "otelcol_", "prometheus_")) for name in names)


@pytest.mark.parametrize("kind", ["vllm", "fastapi", "exporter"])
def test_no_two_series_of_an_application_become_one(kind: str) -> None:
    own = [one for one in published(kind) if not is_reserved(one["__name__"])]
    assert len(expected(LLM, 0, own)) == len(own) > 10


@pytest.fixture
def admin() -> Iterator[str]:
    hidden = {**LLM, "name": "D.S.HIDDEN", "comment": "nobody opted it in"}
    answers = {"/applications": [LLM, hidden], "/state": {"pools": []}}
    with serve_json(lambda path: answers.get(path, published("exporter"))) as address:
        yield address


def store(series: set[Series]) -> InstantQuery:
    def query(expression: str) -> list[Sample]:
        if expression.startswith("{"):
            return [Sample(labels=dict(one), value=1.0) for one in series]
        return [Sample(labels={}, value=1.0)] if expression.startswith("up") else []

    return query


def test_the_check_finds_what_is_missing_and_what_is_too_much(admin: str) -> None:
    right = expected(LLM, 0, published("exporter"))
    (one, *_) = right
    stray = frozenset({("__name__", "stray"), *FORCED.items()})
    scraped = frozenset({("__name__", "up"), *FORCED.items()})
    assert found(admin, right) == (1, len(right), set(), set())
    assert found(admin, right - {one}) == (1, len(right) - 1, {one}, set())
    assert found(admin, right | {stray}) == (1, len(right) + 1, set(), {stray})
    assert found(admin, right | {scraped}) == (1, len(right), set(), set())


def found(admin: str, series: set[Series]) -> tuple[int, int, set[Series], set[Series]]:
    one = compare(admin, store(series))
    return one.up, one.series, one.missing, one.unexpected


def test_the_summary_counts_instances_that_answer_and_names_what_is_missing(admin: str) -> None:
    summary = verify(admin, store(expected(LLM, 0, published("exporter"))), with_applications=True)
    assert (summary.ok, summary.applications) == (True, 1)
    summary = verify(admin, store(set()), with_applications=True)
    assert not summary.ok
    assert all(line.startswith("applications: ") for line in summary.missing)
    assert verify(admin, store(set())).ok, "applications are compared where they are asked for"
