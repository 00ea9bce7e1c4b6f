"""The benchmarks measure what they print, over small loads."""

import json
import shutil

import psutil
import pytest

from spcsmetrics.bench.pipeline import Cost, Load, Measurement, Meter, cost_of, middle, read_loads
from spcsmetrics.bench.report import bench_pipeline
from spcsmetrics.core.errors import UserError

SMALL = Load(pools=1, nodes=10, containers=2, interval=1, warm_up=4, window=8)


@pytest.fixture(autouse=True)
def without_vmagent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        shutil, "which", lambda name, which=shutil.which, **more: name != "vmagent" and which(name, **more)
    )


def cost(cpu: float) -> Cost:
    return Cost(cpu=cpu, peak_mb=10 * cpu, anonymous_mb=5 * cpu, wire_bytes=cpu)


def measurement(delay: float, **costs: float) -> Measurement:
    return Measurement(costs={name: cost(cpu) for name, cpu in costs.items()}, series=50, samples=500, delay=delay)


def test_floor_and_pipeline_store_the_same_series(capsys: pytest.CaptureFixture[str]) -> None:
    bench_pipeline([SMALL], rounds=1, as_json=True, dry=False)
    (figures,) = json.loads(capsys.readouterr().out)
    floor, shipped = figures["floor"], figures["shipped"]
    assert set(floor["costs"]) == {"prometheus"}
    assert set(shipped["costs"]) == {"prometheus", "collector"}
    assert floor["series"] == shipped["series"] > 0
    for result in (floor, shipped):
        # Each scrape of a node gives its share of the series.
        assert result["samples"] >= result["series"]
        assert result["samples"] % (result["series"] / SMALL.nodes) == 0
        assert result["cpu"] > 0
        assert result["peak_mb"] > result["anonymous_mb"] > 10
        assert result["delay"] > 0
    assert shipped["costs"]["collector"]["wire_bytes"] > 1
    assert shipped["cpu_ratio"] == pytest.approx(shipped["cpu"] / floor["cpu"])


def test_medians_are_printed_so_that_one_bad_round_does_not_count() -> None:
    rounds = [measurement(cpu, prometheus=cpu) for cpu in (1.0, 90.0, 2.0)]
    assert middle(rounds) == rounds[2]


def test_a_process_that_used_nothing_that_is_counted_gives_no_ratio() -> None:
    meter = Meter(psutil.Process())
    assert cost_of(meter, (1.0, 5.0), (1.5, 9.0), 4).cpu == 0.5 / 4 * 1e6
    with pytest.raises(UserError, match="measure a larger load"):
        cost_of(meter, (1.0, 5.0), (1.0, 9.0), 4)


@pytest.mark.parametrize(
    "load",
    [
        Load(pools=0, nodes=1, containers=1, interval=5, warm_up=5, window=40),
        Load(pools=1, nodes=1, containers=1, interval=5, warm_up=5, window=9),
    ],
    ids=["no pool", "a window shorter than two intervals"],
)
def test_a_load_that_cannot_be_measured_is_refused(load: Load) -> None:
    with pytest.raises(UserError, match="a window of two intervals"):
        bench_pipeline([load], rounds=1, as_json=False, dry=False)


def test_a_size_is_read_as_pools_of_ten_nodes() -> None:
    small, large = read_loads("35000,150000", 30)
    assert (small.pools * small.nodes, large.pools * large.nodes) == (100, 430)
    assert small.window == 120


@pytest.mark.parametrize("sizes", ["", "x", "35000,", "0", "9999999", "-5"])
def test_a_size_that_cannot_be_read_is_one_sentence(sizes: str) -> None:
    with pytest.raises(UserError, match=r"--series .*: write numbers from 1 to"):
        read_loads(sizes, 5)


def test_the_table_names_every_process_and_the_ratio(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = iter([measurement(0.2, prometheus=3.0), measurement(0.4, collector=4.0, prometheus=2.0)])
    monkeypatch.setattr("spcsmetrics.bench.report.measure", lambda _start, _load: next(measured))
    bench_pipeline([SMALL], rounds=1, as_json=False, dry=False)
    printed = " ".join(capsys.readouterr().out.split())
    assert "collector" in printed
    assert "shipped all 6.00 2.00 60 30" in printed
