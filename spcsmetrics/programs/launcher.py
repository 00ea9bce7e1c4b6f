"""The launcher of the store's image."""

from pathlib import Path

from spcsmetrics.core.paths import BUILD, PROMETHEUS
from spcsmetrics.core.steps import Step
from spcsmetrics.programs.gobuild import compile_step


def binary(target: str) -> Path:
    """Return where the store's launcher for a platform goes."""
    return BUILD / "prometheus" / target.replace("/", "-") / "launcher"


def build_step(target: str) -> Step:
    """Return the step that compiles the launcher for a platform."""
    return compile_step(f"Build the launcher for {target}", binary(target), target, module=PROMETHEUS / "launcher")
