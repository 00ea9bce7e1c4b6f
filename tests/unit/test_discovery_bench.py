"""The benchmark of the discovery prints what the plugin's own benchmark measured, and how it grows."""

import json

import pytest

from spcsmetrics.bench import discovery
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step

REPORT = (
    "BenchmarkRefresh/pools=10/dns=20ms-2   \t  5\t 10000000 ns/op\t   20.0 MB-process\n"
    "BenchmarkRefresh/pools=100/dns=20ms-2  \t  5\t 150000000 ns/op\t   30.0 MB-process\nPASS\n"
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the words of the command that would have measured."""
    words: list[str] = []

    def run(command: Args, **_: object) -> str:
        words.extend(map(str, command))
        return REPORT

    monkeypatch.setattr("spcsmetrics.core.process.run", run)
    monkeypatch.setattr(discovery, "go_environment", dict)
    monkeypatch.setattr(discovery, "go_step", lambda: Step(title="Find Go", detail="", action=lambda: None))
    return words


def test_a_pool_that_costs_half_as_much_again_among_many_is_growth(
    asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    discovery.bench_discovery(7, as_json=True, dry=False)
    first, second = json.loads(capsys.readouterr().out)
    assert first == {"pools": 10, "dns_ms": 20, "seconds": 0.01, "process_mb": 20.0, "growth": 1.0}
    assert second["growth"] == pytest.approx(1.5)
    assert "-benchtime=7x" in asked


@pytest.mark.usefixtures("asked")
def test_the_table_has_a_row_for_each_number_of_pools(capsys: pytest.CaptureFixture[str]) -> None:
    discovery.bench_discovery(1, as_json=False, dry=False)
    printed = capsys.readouterr().out
    assert "1.50" in printed
    assert [word for word in ("10", "100") if f" {word} " in printed] == ["10", "100"]


def test_a_plan_measures_nothing(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    discovery.bench_discovery(7, as_json=False, dry=True)
    assert asked == []
    assert "-bench=^BenchmarkRefresh$" in capsys.readouterr().out
