"""The launcher of the store's image."""

from pathlib import Path

from spcsmetrics.core import process
from spcsmetrics.core.paths import BUILD, PROMETHEUS, ROOT
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import go_environment


def binary(target: str) -> Path:
    """Return where the store's launcher for a platform goes."""
    return BUILD / "prometheus" / target.replace("/", "-") / "launcher"


def build_step(target: str) -> Step:
    """Return the step that compiles the launcher for a platform."""
    command: Args = ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary(target), "."]
    return Step(
        f"Build the launcher for {target}",
        f"go build -> {binary(target).relative_to(ROOT)}",
        lambda: process.run(
            command, cwd=PROMETHEUS / "launcher", env=go_environment(target), remedy="read the last lines"
        ),
    )
