"""The same sources give the same bytes, wherever they lie."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spcsmetrics.core import process
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.toolchain import find_go, go_environment
from spcsmetrics.programs import collector, collector_module, licences

# What the build reads.
SOURCES = ("monitoring", "spcsmetrics", "plugins", "otel-builder", "prometheus", "pyproject.toml", "locks")
_DEPENDENCY = r"^\t(?:dep|=>)\t(\S+)\t(v\S+)\t(h1:\S+)"
PROGRAM = (
    "from spcsmetrics.programs import collector; from spcsmetrics.core.steps import carry_out; "
    "carry_out(collector.build_steps())"
)


def copy_to(folder: Path, names: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)


def run_in(folder: Path, *words: str) -> None:
    """Run Python on a copy of the sources."""
    env = {**os.environ, "PATH": f"{find_go().parent}:{os.environ['PATH']}", "PYTHONPATH": str(folder)}
    subprocess.run([sys.executable, *words], cwd=folder, env=env, check=True, capture_output=True)


def build_in(folder: Path) -> str:
    """Build the collector from a copy of the sources, and return the hash of the program."""
    copy_to(folder, SOURCES)
    run_in(folder, "-c", PROGRAM)
    binary = folder / collector.binary().relative_to(ROOT)
    return hashlib.sha256(binary.read_bytes()).hexdigest()


def test_the_collector_is_the_same_from_two_folders(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "another" / "folder"
    assert build_in(first) == build_in(second)


def test_the_collectors_module_is_what_its_builder_writes_today(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_to(tmp_path, SOURCES)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    module = tmp_path / collector_module.FOLDER.relative_to(ROOT)
    kept = {file.name: file.read_text() for file in module.iterdir()}
    # Versions stay where go.mod and go.sum are; the rest is made of the manifest alone.
    (module / "components.go").unlink()
    run_in(tmp_path, "-m", "spcsmetrics.tasks", "lock.collector")
    assert {file.name: file.read_text() for file in module.iterdir()} == kept, "run ./inv lock.collector"
    assert not list(temporary.iterdir())


def test_every_module_of_the_collector_has_the_hash_that_is_locked() -> None:
    locked = [line.split() for line in (collector_module.FOLDER / "go.sum").read_text().splitlines()]
    sums = {(module, version): checksum for module, version, checksum in locked}
    inside = process.run(["go", "version", "-m", collector.binary()], env=go_environment())
    found = [(module, version, checksum) for module, version, checksum in re.findall(_DEPENDENCY, inside, re.M)]
    assert len(found) > 100
    assert not [one for one in found if sums.get((one[0], one[1])) != one[2]]
    required = re.findall(r"^\t(\S+) (v\S+)", (collector_module.FOLDER / "go.mod").read_text(), re.M)
    plugin = "github.com/spcs-user-metrics/"
    assert not [one for one in required if (one[0], f"{one[1]}/go.mod") not in sums and not one[0].startswith(plugin)]


def test_the_licences_of_everything_inside_are_collected() -> None:
    text = licences.collect(collector.binary())
    assert "github.com/prometheus/prometheus v0.315" in text
    assert "the Go standard library" in text
    assert "Apache License" in text
