"""The same sources give the same bytes, wherever they lie."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from spcsmetrics.core.paths import BUILD, ROOT
from spcsmetrics.core.toolchain import find_go
from spcsmetrics.programs import collector, licences

# What the build reads, and the builder, which need not be compiled again.
SOURCES = ("monitoring", "spcsmetrics", "plugins", "otel-builder", "prometheus", "pyproject.toml", "locks")
PROGRAM = (
    "from spcsmetrics.programs import collector; from spcsmetrics.core.steps import carry_out; "
    "carry_out(collector.build_steps())"
)


def copy_to(folder: Path, names: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)


def build_in(folder: Path) -> str:
    """Build the collector from a copy of the sources, and return the hash of the program."""
    copy_to(folder, SOURCES)
    (folder / "build" / "bin").mkdir(parents=True)
    for name in ("builder", "builder.sha256"):
        shutil.copy(BUILD / "bin" / name, folder / "build" / "bin")
    env = {**os.environ, "PATH": f"{find_go().parent}:{os.environ['PATH']}", "PYTHONPATH": str(folder)}
    subprocess.run([sys.executable, "-c", PROGRAM], cwd=folder, env=env, check=True, capture_output=True)
    binary = folder / collector.binary().relative_to(ROOT)
    return hashlib.sha256(binary.read_bytes()).hexdigest()


def test_the_collector_is_the_same_from_two_folders(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "another" / "folder"
    assert build_in(first) == build_in(second)


def test_the_licences_of_everything_inside_are_collected() -> None:
    text = licences.collect(collector.binary())
    assert "github.com/prometheus/prometheus v0.315" in text
    assert "the Go standard library" in text
    assert "Apache License" in text
