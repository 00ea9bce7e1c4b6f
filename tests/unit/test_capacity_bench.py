"""The benchmark of sizes prints what a stack needs, and refuses a window of which nothing is stored."""

import json
from dataclasses import replace

import pytest

from spcsmetrics.bench import capacity
from spcsmetrics.bench.capacity import Look
from spcsmetrics.bench.pipeline import Load
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step
from spcsmetrics.local.promql import Sample

LOAD = Load(pools=10, nodes=10, containers=28, interval=30, warm_up=120, window=120)
BEGAN = Look(log=1e6, cpu={"collector": 10.0, "prometheus": 20.0}, peak={}, anonymous={})
ENDED = Look(
    log=3e6,
    cpu={"collector": 13.0, "prometheus": 26.0},
    peak={"collector": 90_000_000, "prometheus": 200_000_000},
    anonymous={"collector": 70_000_000, "prometheus": 140_000_000},
)


def ask(expression: str) -> list[Sample]:
    answers = {"sum_over_time": 240_000, "head_series": 75_000, "rule_evaluation": 1.5, "sum(scrape": 60_000}
    return [Sample(labels={}, value=value) for words, value in answers.items() if words in expression]


def test_a_window_is_divided_by_its_seconds_and_samples() -> None:
    found = capacity.evaluate(ask, LOAD.window, BEGAN, ENDED)
    assert (found.series, found.head_series, found.samples_a_second) == (60_000, 75_000, 2000)
    assert found.rule_seconds == 1.5
    assert found.log_bytes == pytest.approx(2e6 / 240_000)
    store = found.needs["prometheus"]
    assert (store.cores, store.peak_mb, store.anonymous_mb) == (0.05, 200, 140)


def test_a_window_without_samples_is_no_measurement() -> None:
    with pytest.raises(UserError, match="none of the window's samples"):
        capacity.evaluate(lambda _: [], LOAD.window, BEGAN, ENDED)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Load]:
    """Return the loads that would have been measured."""
    loads: list[Load] = []

    def measure(load: Load) -> capacity.Capacity:
        loads.append(load)
        return capacity.evaluate(ask, load.window, BEGAN, ENDED)

    monkeypatch.setattr(capacity, "measure", measure)
    monkeypatch.setattr(capacity, "build_steps", list)
    monkeypatch.setattr(
        "spcsmetrics.core.groups.group_step", lambda name: Step(title=name, detail="", action=lambda: None)
    )
    return loads


def test_each_size_is_measured_and_has_a_row_for_each_process(
    measured: list[Load], capsys: pytest.CaptureFixture[str]
) -> None:
    loads = [LOAD, replace(LOAD, pools=20)]
    capacity.bench_capacity(loads, as_json=False, dry=False)
    assert measured == loads
    printed = capsys.readouterr().out
    assert printed.count("60,000") == 2
    assert printed.count("prometheus") == 2
    # Anonymous memory by series of nodes.
    assert "2,333" in printed


@pytest.mark.usefixtures("measured")
def test_json_has_the_same_figures(capsys: pytest.CaptureFixture[str]) -> None:
    capacity.bench_capacity([LOAD], as_json=True, dry=False)
    (found,) = json.loads(capsys.readouterr().out)
    assert found["needs"]["collector"] == {"cores": 0.025, "peak_mb": 90.0, "anonymous_mb": 70.0}


def test_a_plan_measures_nothing(measured: list[Load]) -> None:
    capacity.bench_capacity([LOAD], as_json=True, dry=True)
    assert measured == []
