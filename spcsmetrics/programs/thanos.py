"""Thanos, which shows several stores as one: compiled from a module that requires it, whose go.sum names every hash.

The module has upstream's replace lines, because those of a required module do not count.
"""

import re
from pathlib import Path

from spcsmetrics.core import fingerprint, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, ROOT, THANOS
from spcsmetrics.core.progress import Progress
from spcsmetrics.core.steps import Step
from spcsmetrics.core.toolchain import find_go, go_environment, go_step, host_platform
from spcsmetrics.programs import gobuild
from spcsmetrics.programs.gobuild import Program, compile_step

MODULE = "github.com/thanos-io/thanos"
PACKAGE = f"{MODULE}/cmd/thanos"
# Without slicelabels labels of series are another type than Thanos's own code takes them for, and memory is corrupted.
_NEEDED = "slicelabels"
TAGS = f"{_NEEDED},netgo"
_LOG = BUILD / "thanos.log"
_REMEDY = "read the last lines, and mend the network"


def version() -> str:
    """Return the version that the module requires, without its v. Raises UserError where it requires none."""
    found = re.search(rf"^\t{MODULE} v(\S+)", (THANOS / "go.mod").read_text(), re.M)
    if not found:
        raise UserError(f"thanos/go.mod does not require {MODULE}: run `go get -tool {PACKAGE}@VERSION` in thanos")
    return found[1]


def folder(target: str) -> Path:
    """Return where the programs for a platform go."""
    return BUILD / "thanos" / target.replace("/", "-")


def binary(target: str | None = None) -> Path:
    """Return where Thanos for a platform, or for this machine's, goes."""
    return folder(target or host_platform()) / "thanos"


def launcher(target: str) -> Path:
    """Return where the launcher of its image for a platform goes."""
    return folder(target) / "launcher"


def build_steps(target: str | None = None) -> list[Step]:
    """Return the steps that build Thanos for a platform, or for this machine's."""
    target = target or host_platform()
    made = binary(target)
    inputs = fingerprint.digest([THANOS / "go.mod", THANOS / "go.sum"], TAGS)
    title = f"Build Thanos {version()} for {target}"
    progress = Progress(title=title, log=_LOG)

    def build() -> None:
        gobuild.build_large(
            [Program(package=PACKAGE, made=made, link=f"-X github.com/prometheus/common/version.Version={version()}")],
            module=THANOS,
            flags=[f"-tags={TAGS}"],
            env=go_environment(target),
            progress=progress,
            remedy=_REMEDY,
        )
        check_tags(made)
        fingerprint.mark(made, inputs)

    build_step = Step(
        title=title,
        detail=f"go build {PACKAGE} in {THANOS.relative_to(ROOT)} -> {made.relative_to(ROOT)}",
        action=build,
        skip=lambda: fingerprint.is_current(made, inputs),
        exclusive=True,
        progress=progress,
    )
    return [go_step(), build_step]


def launcher_step(target: str) -> Step:
    """Return the step that compiles the launcher for a platform."""
    title = f"Build the launcher of Thanos for {target}"
    return compile_step(title, launcher(target), target, module=THANOS / "launcher")


def check_tags(program: Path) -> None:
    """Raise UserError for a Thanos that corrupts its memory: go reads the tags of a build for any platform."""
    listed = process.run([find_go(), "version", "-m", program], env=go_environment())
    tags = re.search(r"^\tbuild\t-tags=(\S+)", listed, re.M)
    if not tags or _NEEDED not in tags[1].split(","):
        raise UserError(
            f"{program} was built without the tag {_NEEDED} and would corrupt its memory: remove it, and build it again"
        )
