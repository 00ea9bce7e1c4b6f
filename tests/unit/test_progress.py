"""How far a compilation is, as its lines tell."""

import re
from pathlib import Path

import pytest

from spcsmetrics.core.progress import Progress


def make(said: list[str] | None = None) -> Progress:
    return Progress(title="Build it", log=Path("/logs/log"), say=None if said is None else said.append)


def test_modules_are_counted_while_they_are_downloaded() -> None:
    progress = make()
    for line in ("go: downloading a v1\n", "go: finding\n", "go: downloading b v1\n"):
        progress.download(line)
    assert str(progress) == "Build it: 2 Go modules downloaded (0:00)"


def test_packages_are_counted_of_all_that_the_cache_lacks_and_warnings_are_not() -> None:
    progress = make()
    progress.begin({f"a/{letter}": 1 for letter in "bcdefghijklmnopqrstu"})
    for line in ("a/b\n", "# a/b\n", "\tx.go:1\n", "go: note\n", "\n", "a/c\n"):
        progress.count(line)
    assert str(progress).startswith("Build it: 2 of 20 packages begun (0:00; log /logs/log")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    return now


def left(progress: Progress) -> int:
    """Return the seconds that it says are left, or -1."""
    found = re.search(r"about (\d+):(\d\d) left", str(progress))
    return int(found[1]) * 60 + int(found[2]) if found else -1


def test_the_time_left_follows_from_the_sources_that_are_left_and_not_from_their_number(clock: list[float]) -> None:
    progress = make()
    # A hundred small packages take 100 s, and one that comes last takes as long, beside another small one.
    weights = {f"small{number}": 1 for number in range(100)} | {"large": 100, "last": 1}
    progress.begin(weights)
    assert left(progress) == -1, "nothing is known of this machine yet"
    for number in range(100):
        progress.count(f"small{number}\n")
    clock[0] = 100
    assert 95 < left(progress) < 130
    progress.count("large\n")
    progress.count("last\n")
    assert 30 < left(progress) < 60, "both are begun, and half done for all that is known"


def test_a_link_is_left_when_every_package_is_done(clock: list[float]) -> None:
    progress = make()
    progress.begin({f"p{number}": 1 for number in range(1000)})
    for number in range(1000):
        progress.count(f"p{number}\n")
    clock[0] = 200
    assert 10 < left(progress) < 30


def test_where_lines_cannot_change_a_fifth_each_is_said() -> None:
    said: list[str] = []
    progress = make(said)
    progress.begin({f"p{number}": 1 for number in range(100)})
    for number in range(100):
        progress.count(f"p{number}\n")
    assert [line.split(" of ")[0] for line in said] == [f"  Build it: {done}" for done in (0, 20, 40, 60, 80, 100)]


def test_a_build_whose_packages_are_all_cached_counts_none() -> None:
    said: list[str] = []
    progress = make(said)
    progress.begin({})
    progress.count("late\n")
    assert (progress.begun, said) == ([], [])
