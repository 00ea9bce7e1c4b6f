"""The demo's store is compiled in the collector's module, where that holds a Prometheus that a demo takes."""

from pathlib import Path

import pytest

from spcsmetrics.programs import collector_module, demo_store


def write_module(folder: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "go.mod").write_text(f"require (\n\tgithub.com/prometheus/prometheus {version} // indirect\n)\n")
    monkeypatch.setattr(collector_module, "FOLDER", folder)


@pytest.mark.parametrize(
    ("version", "taken"),
    [("v0.315.1", True), ("v0.314.0", True), ("v0.313.9", False), ("v0.400.0", True), ("v1.0.0", False)],
)
def test_only_a_library_that_is_new_enough_gives_the_store(
    version: str, taken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_module(tmp_path, version, monkeypatch)
    assert demo_store.locked_version() == (version if taken else "")


def test_the_collectors_go_sum_has_what_the_store_alone_needs() -> None:
    sums = (collector_module.FOLDER / "go.sum").read_text()
    version = demo_store.locked_version()
    assert f"github.com/prometheus/prometheus {version} h1:" in sums
    # Nothing in the collector imports it.
    assert "github.com/alecthomas/kingpin/v2 v" in sums
