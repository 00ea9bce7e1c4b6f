"""The tasks as their user starts them, and programs that stand in for others on the PATH."""

import os
import subprocess
import sys
from pathlib import Path

from spcsmetrics.core.paths import ROOT


def inv(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a task in this environment, and more."""
    command = [sys.executable, "-m", "spcsmetrics.tasks", *words]
    environment = {**os.environ, "COLUMNS": "200", **(env or {})}
    return subprocess.run(command, capture_output=True, check=False, text=True, cwd=ROOT, env=environment)


def write_program(folder: Path, name: str, shell: str) -> Path:
    """Write a program of these lines of shell, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{shell}\n")
    program.chmod(0o755)
    return program
