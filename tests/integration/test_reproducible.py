"""The same sources give the same bytes, wherever they lie."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from spcsmetrics import collector, licences
from spcsmetrics.paths import BUILD, ROOT
from spcsmetrics.toolchain import find_go

# What the build reads, and the builder, which need not be compiled again.
SOURCES = ("spcsmetrics", "plugins", "otel-builder", "prometheus", "pyproject.toml", "locks")
PROGRAM = (
    "from spcsmetrics import collector; from spcsmetrics.plan import carry_out; carry_out(collector.build_steps())"
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
    binary = folder / collector.BINARY.relative_to(ROOT)
    return hashlib.sha256(binary.read_bytes()).hexdigest()


def test_the_collector_is_the_same_from_two_folders(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "another" / "folder"
    assert build_in(first) == build_in(second)


def test_the_licences_of_everything_inside_are_collected() -> None:
    text = licences.collect(collector.BINARY)
    assert "github.com/prometheus/prometheus v0.315" in text
    assert "the Go standard library" in text
    assert "Apache License" in text


def test_the_package_builds_and_says_what_it_brings(tmp_path: Path) -> None:
    copy_to(tmp_path / "source", ("spcsmetrics", "simulator", "pyproject.toml", "README.md", "LICENSE"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "source")], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    listed = subprocess.run(
        [sys.executable, "-m", "zipfile", "--list", wheel], check=True, capture_output=True, text=True
    )
    for file in ("spcsmetrics/py.typed", "simulator/py.typed", "entry_points.txt", "LICENSE"):
        assert file in listed.stdout
