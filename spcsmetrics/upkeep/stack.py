"""The stack test: makes the images that it needs, and calls pytest, which starts, asks and removes the stack."""

import os
import sys
from pathlib import Path

from spcsmetrics.core import groups, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.toolchain import compose_step
from spcsmetrics.images import build, release
from spcsmetrics.images.definition import SHIPPED, SIMULATOR_IMAGE, Image
from spcsmetrics.images.target import parse_target

_TESTS = ROOT / "tests" / "stack"
_NO_GRAFANA = "--bases local has no Grafana, which exists as its official image only"


def run_tests(bases: str, *, require_grafana: bool, source: str, pictures: str, dry: bool) -> None:
    """Make the images, and run the tests of the stack that they form. Raises UserError when anything fails.

    With a source, a registry/namespace, its images are taken instead. With Grafana in it, the folder pictures gets a
    picture of each board.
    """
    build.check_bases(bases)
    with_grafana = bases == build.OFFICIAL
    if require_grafana and not with_grafana:
        raise UserError(f"--require-grafana cannot be met: {_NO_GRAFANA}")
    if not with_grafana:
        console.print(f"- Grafana's tests are skipped: {_NO_GRAFANA}")
    images = [image for image in SHIPPED.values() if with_grafana or image.key != "grafana"]
    options: list[str | Path] = [] if with_grafana else ["--without-grafana"]
    installs = ["simulator", "deploy", "dev"]
    if pictures and with_grafana:
        options += ["--pictures", Path(pictures).absolute()]
        installs.append("preview")
    steps = [
        *_image_steps(images, bases, source),
        *map(groups.group_step, installs),
        compose_step(),
        _test_step(options),
    ]
    carry_out(steps, dry=dry)


def _image_steps(images: list[Image], bases: str, source: str) -> list[Step]:
    if not source:
        return build.image_steps([*images, SIMULATOR_IMAGE], bases)
    pulled = release.pull_steps(parse_target(source), images)
    return [*build.image_steps([SIMULATOR_IMAGE], bases), *pulled]


def _test_step(options: Args) -> Step:
    command: Args = [sys.executable, "-m", "pytest", _TESTS, *options]

    def test() -> None:
        if process.stream(command, cwd=ROOT, env={"PYTHONPATH": os.fspath(ROOT)}) != 0:
            raise UserError("the stack's tests failed: read the report above")

    return Step(title="Test the stack", detail=process.render(command), action=test, stream=True)
