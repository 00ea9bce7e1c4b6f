"""How far a compilation is, as its lines tell."""

from pathlib import Path

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
    progress.begin(20)
    for line in ("a/b\n", "# a/b\n", "\tx.go:1\n", "go: note\n", "\n", "a/c\n"):
        progress.count(line)
    assert str(progress).startswith("Build it: 2 of 20 packages (0:00; log /logs/log")
    progress.count("a/d\n")
    assert "about 0:0" in str(progress)


def test_where_lines_cannot_change_a_fifth_each_is_said() -> None:
    said: list[str] = []
    progress = make(said)
    progress.begin(100)
    for number in range(100):
        progress.count(f"p{number}\n")
    assert [line.split(" of ")[0] for line in said] == [f"  Build it: {done}" for done in (0, 20, 40, 60, 80, 100)]


def test_a_build_whose_packages_are_all_cached_counts_none() -> None:
    said: list[str] = []
    progress = make(said)
    progress.begin(0)
    progress.count("late\n")
    assert (progress.done, said) == (0, [])
