"""The demo's check finds what is missing, what is too much, and what has another label."""

from collections.abc import Iterator

import pytest
from json_servers import serve_json

from spcsmetrics.local.promql import InstantQuery, Sample
from spcsmetrics.local.verification import Summary, verify, verify_until

PUBLISHED = {"__name__": "node_cpu_capacity", "snow_compute_pool_name": "A"}
STATE = {"pools": [{"name": "A", "nodes": [{"address": "n:9001", "containers": []}]}]}


@pytest.fixture
def admin() -> Iterator[str]:
    with serve_json(lambda path: STATE if path == "/state" else [PUBLISHED]) as address:
        yield address


def store(*series: dict[str, str], up: int = 1) -> InstantQuery:
    def query(expression: str) -> list[Sample]:
        if expression.startswith("{"):
            return [Sample(labels=labels, value=1.0) for labels in series]
        if expression.startswith("count(container"):
            return []
        return [Sample(labels={}, value=float(up))]

    return query


STORED = PUBLISHED | {"job": "spcs-nodes", "instance": "n:9001", "snow_account_name": "SIMULATED"}


def test_equal_series_are_right(admin: str) -> None:
    summary = verify(admin, store(STORED, {"__name__": "up"}))
    assert summary.ok
    assert summary.series == 1


@pytest.mark.parametrize(
    "series",
    [
        [],
        [STORED | {"otel_scope_name": "x"}],
        [STORED, STORED | {"exported_job": "x"}],
        [STORED | {"__name__": "other"}],
        [STORED | {"snow_account_name": "ANOTHER"}],
    ],
)
def test_any_difference_is_wrong(admin: str, series: list[dict[str, str]]) -> None:
    assert not verify(admin, store(*series)).ok


def test_a_node_that_is_not_up_is_wrong(admin: str) -> None:
    summary = verify(admin, store(STORED, up=0))
    assert not summary.ok
    assert "0 of 1 nodes that are up" in summary.missing


def test_what_is_too_much_is_named(admin: str) -> None:
    summary = verify(admin, store(STORED, STORED | {"exported_job": "x"}, up=2))
    assert "2 of 1 nodes that are up" in summary.unexpected
    assert any("exported_job=x" in line for line in summary.unexpected)


def test_verifying_ends_with_the_first_summary_that_is_right(admin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spcsmetrics.core.polls.time.sleep", lambda _: None)
    rounds = iter([store(), store(), store(STORED)])
    current = [store()]

    def arrive(expression: str) -> list[Sample]:
        # Each round begins with the series of the one node.
        if expression.startswith("{"):
            current[0] = next(rounds)
        return current[0](expression)

    assert verify_until(admin, arrive, 30).ok
    assert next(rounds, None) is None


def test_verifying_that_never_succeeds_ends_with_the_last_summary(admin: str) -> None:
    summary = verify_until(admin, store(), 0)
    assert isinstance(summary, Summary)
    assert not summary.ok
    assert summary.missing
