"""The stack test: the images in compose beside the simulated account, started, asked, and always removed."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spcsmetrics.core import groups, ports, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BOARD_FOLDER, COMPOSE_FILE, ROOT
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.toolchain import compose_step, find_compose
from spcsmetrics.images import build, release
from spcsmetrics.images.definition import IMAGES, SIMULATOR_IMAGE

PROJECT = "spcs-stack-test"
START_SECONDS = 180
_DOWN = ("--profile", "grafana", "down", "--volumes", "--remove-orphans", "--timeout", "5")
_NO_GRAFANA = "--bases local has no Grafana, which exists as its official image only"


def compose(*words: str) -> list[str | Path]:
    """Return a compose command on the stack's file and project."""
    return [*find_compose(), "--project-name", PROJECT, "--file", COMPOSE_FILE, *words]


def run_tests(bases: str, *, require_grafana: bool, source: str, pictures: str, dry: bool) -> None:
    """Build the images, start the stack, run its tests, and remove it. Raises UserError when anything fails.

    With a source, a registry/namespace, its images are taken instead. With Grafana in it, the folder pictures gets a
    picture of each board.
    """
    build.check_bases(bases)
    with_grafana = bases == "official"
    if require_grafana and not with_grafana:
        raise UserError(f"--require-grafana cannot be met: {_NO_GRAFANA}")
    if not with_grafana:
        console.print(f"- Grafana's tests are skipped: {_NO_GRAFANA}")
    prepare = _prepare_steps(bases, source, with_grafana=with_grafana)
    start_and_test = [_start_step(with_grafana=with_grafana), _test_step(with_grafana=with_grafana)]
    if pictures and with_grafana:
        start_and_test += [groups.group_step("preview"), _picture_step(Path(pictures))]
    cleanup = Step("Remove the stack", _detail(_DOWN), remove)
    if dry:
        carry_out([*prepare, *start_and_test, cleanup], dry=True)
        return
    carry_out(prepare)
    try:
        carry_out(start_and_test)
    except UserError:
        print_unhealthy_logs()
        raise
    finally:
        carry_out([cleanup])


def _prepare_steps(bases: str, source: str, *, with_grafana: bool) -> list[Step]:
    parts = [name for name in IMAGES if with_grafana or name != "grafana"]
    built = [] if source else [IMAGES[part] for part in parts]
    pulled = release.pull_steps(release.parse_target(source), parts) if source else []
    return [
        *build.image_steps([*built, SIMULATOR_IMAGE], bases),
        *pulled,
        *map(groups.group_step, ("simulator", "deploy", "dev")),
        compose_step(),
        Step("Remove what an earlier run left", _detail(_DOWN), remove),
    ]


def _start_step(*, with_grafana: bool) -> Step:
    profile = ["--profile", "grafana"] if with_grafana else []
    words = [*profile, "up", "--detach", "--wait", "--wait-timeout", str(START_SECONDS)]
    return Step("Start the stack", _detail(words), lambda: process.run(compose(*words)))


def _test_step(*, with_grafana: bool) -> Step:
    command: Args = [sys.executable, "-m", "pytest", ROOT / "tests" / "stack"]
    env = {"SPCS_STACK": PROJECT, "SPCS_STACK_GRAFANA": "1" if with_grafana else "", "PYTHONPATH": os.fspath(ROOT)}

    def test() -> None:
        if process.stream(command, cwd=ROOT, env=env) != 0:
            raise UserError("the stack's tests failed: read the report above")

    return Step("Test the stack", process.render(command), test, stream=True)


def _picture_step(folder: Path) -> Step:
    def take() -> None:
        from spcsmetrics.local.pictures import take_grafana  # noqa: PLC0415

        form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        container = process.run(compose("ps", "--quiet", "otel")).strip()
        address = process.run(["docker", "inspect", "--format", form, container]).strip()
        boards = sorted(file.stem for file in BOARD_FOLDER.glob("*.json"))
        take_grafana(f"http://{address}:{ports.GRAFANA}", boards, folder)

    return Step("Take pictures of the boards in Grafana", os.fspath(folder), take)


def remove() -> None:
    """Remove containers, networks and volumes of the stack, and raise UserError if any is left."""
    process.run(compose(*_DOWN))
    label = f"label=com.docker.compose.project={PROJECT}"
    for kind in (["ps", "--all"], ["network", "ls"], ["volume", "ls"]):
        left = process.run(["docker", *kind, "--quiet", "--filter", label]).split()
        if left:
            raise UserError(f"the stack left {len(left)} entries of docker {kind[0]}: remove {' '.join(left)} by hand")


def print_unhealthy_logs() -> None:
    """Print the state of every container, and the last log lines of those that are not healthy."""
    for service in _services():
        health = service.get("Health") or service.get("State")
        console.print(f"{service.get('Service')}: {health}")
        if health not in ("healthy", "running"):
            console.print(process.run(compose("logs", "--no-color", "--tail", "50", str(service.get("Service")))))


def _services() -> list[dict[str, Any]]:
    try:
        lines = process.run(compose("ps", "--all", "--format", "json")).splitlines()
    except UserError:
        return []
    return [json.loads(line) for line in lines if line.strip()]


def _detail(words: Sequence[str]) -> str:
    file = COMPOSE_FILE.relative_to(ROOT)
    return process.render(["docker", "compose", "--project-name", PROJECT, "--file", file, *words])
