"""One Go program as a step: from a folder of sources to a file, for a platform."""

from pathlib import Path

from spcsmetrics.core import process
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import go_environment


def compile_step(title: str, binary: Path, target: str, *, module: Path, package: str = ".") -> Step:
    """Return the step that compiles a package of a module for a platform, which is fast when nothing changed."""
    command: Args = ["go", "build", "-ldflags", "-s -w", "-o", binary, package]
    return Step(
        title=title,
        detail=f"go build -> {binary.relative_to(ROOT)}",
        action=lambda: process.run(command, cwd=module, env=go_environment(target), remedy="read the last lines"),
    )
