"""The demo's store is compiled in the collector's module, where that holds a Prometheus that a demo takes."""

from pathlib import Path

import pytest

from spcsmetrics.core.paths import OTEL
from spcsmetrics.programs import collector_module, demo_store, gobuild, mended_library


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


def test_the_store_is_compiled_without_the_description_of_its_api(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def compile_it(_: str, made: Path, *, flags: list[str], **__: object) -> None:
        made.parent.mkdir(parents=True)
        asked.extend(flags)

    kept = tmp_path / "library.mod"
    kept.write_text("module collector\n")
    kept.with_suffix(".sum").write_text("sums\n")
    monkeypatch.setattr(mended_library, "write_module", lambda: kept)
    monkeypatch.setattr(demo_store, "BUILD", tmp_path / "odd 'folder'")
    monkeypatch.setattr(gobuild, "build_large", compile_it)
    demo_store.build_steps()[1].action()
    (module,) = [Path(flag.removeprefix("-modfile=")) for flag in asked if flag.startswith("-modfile=")]
    assert module.read_text() == f"{kept.read_text()}replace github.com/pb33f/libopenapi => ../openapi\n"
    assert (collector_module.FOLDER / "../openapi").resolve() == OTEL / "openapi", "relative to the module's folder"
    assert module.with_suffix(".sum").read_text() == "sums\n"
