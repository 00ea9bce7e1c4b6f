"""The benchmarks measure what they print, over small loads."""

import json

import pytest

from spcsmetrics.bench.pipeline import Cost, Load, Measurement, middle
from spcsmetrics.bench.report import bench_pipeline
from spcsmetrics.core.errors import UserError

SMALL = Load(pools=1, nodes=2, containers=2, interval=1, warm_up=4, window=4)


def test_floor_and_pipeline_store_the_same_series(capsys: pytest.CaptureFixture[str]) -> None:
    bench_pipeline(SMALL, rounds=1, as_json=True, dry=False)
    figures = json.loads(capsys.readouterr().out)
    floor, shipped = figures["floor"], figures["shipped"]
    assert set(floor["costs"]) == {"prometheus"}
    assert set(shipped["costs"]) == {"prometheus", "collector"}
    assert floor["series"] == shipped["series"] > 0
    for result in (floor, shipped):
        # Each scrape of the two nodes gives half of the series.
        assert result["samples"] >= result["series"]
        assert result["samples"] % (result["series"] / 2) == 0
        assert result["cpu"] > 0
        assert result["peak_mb"] > 10
        assert result["delay"] > 0
    assert figures["cpu_ratio"] == pytest.approx(shipped["cpu"] / floor["cpu"])


def test_medians_are_printed_so_that_one_bad_round_does_not_count() -> None:
    rounds = [Measurement({"prometheus": Cost(cpu, 10 * cpu)}, 100, 1000, cpu) for cpu in (1.0, 90.0, 2.0)]
    assert middle(rounds) == rounds[2]


@pytest.mark.parametrize(
    "load", [Load(0, 1, 1, 5, 5, 40), Load(1, 1, 1, 5, 5, 9)], ids=["no pool", "a window shorter than two intervals"]
)
def test_a_load_that_cannot_be_measured_is_refused(load: Load) -> None:
    with pytest.raises(UserError, match="a window of two intervals"):
        bench_pipeline(load, rounds=1, as_json=False, dry=False)


def test_the_table_names_every_process_and_the_ratio(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = Measurement({"collector": Cost(4.0, 100), "prometheus": Cost(2.0, 200)}, 50, 500, 0.4)
    floor = Measurement({"prometheus": Cost(3.0, 150)}, 50, 500, 0.2)
    measured = iter([floor, shipped])
    monkeypatch.setattr("spcsmetrics.bench.pipeline.measure", lambda _start, _load: next(measured))
    bench_pipeline(SMALL, rounds=1, as_json=False, dry=False)
    printed = capsys.readouterr().out
    assert "collector" in printed
    assert "2.00 times the CPU time of the floor" in printed
