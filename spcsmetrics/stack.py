"""The stack test: the images in compose beside the simulated account, started, asked, and always removed."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from spcsmetrics import building, environment, process
from spcsmetrics.errors import UserError
from spcsmetrics.images import IMAGES, SIMULATOR_IMAGE
from spcsmetrics.paths import COMPOSE_FILE, ROOT
from spcsmetrics.plan import Step, carry_out, console
from spcsmetrics.toolchain import find_compose

PROJECT = "spcs-stack-test"
START_SECONDS = 180
_NO_GRAFANA = "--bases local has no Grafana, which exists as its official image only"


def compose(*words: str) -> list[str | Path]:
    """Return a compose command on the stack's file and project."""
    return [*find_compose(), "--project-name", PROJECT, "--file", COMPOSE_FILE, *words]


def run_tests(bases: str, *, require_grafana: bool, keep: bool, dry: bool) -> None:
    """Build the images, start the stack, run its tests, and remove it. Raises UserError when anything fails."""
    building.check_bases(bases)
    with_grafana = bases == "official"
    if require_grafana and not with_grafana:
        raise UserError(f"--require-grafana cannot be met: {_NO_GRAFANA}")
    if not with_grafana:
        console.print(f"- Grafana's tests are skipped: {_NO_GRAFANA}")
    wanted = [image for name, image in IMAGES.items() if with_grafana or name != "grafana"]
    profile = ["--profile", "grafana"] if with_grafana else []
    up = ["up", "--detach", "--wait", "--wait-timeout", str(START_SECONDS)]
    tests: list[str | Path] = [sys.executable, "-m", "pytest", ROOT / "tests" / "stack"]
    steps = [
        *building.image_steps([*wanted, SIMULATOR_IMAGE], bases),
        environment.group_step("dev"),
        Step(
            "Find compose", "docker compose or docker-compose of at least version 2, else the locked one", find_compose
        ),
        Step("Remove what an earlier run left", _detail("down --volumes --remove-orphans"), remove),
        Step("Start the stack", _detail(" ".join([*profile, *up])), lambda: process.run(compose(*profile, *up))),
    ]
    test = Step(
        "Test the stack", process.render(tests), lambda: _run_pytest(tests, with_grafana=with_grafana), loud=True
    )
    cleanup = Step("Remove the stack", _detail("down --volumes --remove-orphans"), remove)
    if dry:
        carry_out([*steps, test, cleanup], dry=True)
        return
    try:
        carry_out([*steps, test])
    except UserError:
        print_unhealthy_logs()
        raise
    finally:
        if keep:
            console.print(f"- The stack is kept: {process.render(compose('down', '--volumes'))} removes it")
        else:
            carry_out([cleanup])


def remove() -> None:
    """Remove containers, networks and volumes of the stack, and raise UserError if any is left."""
    process.run(compose("--profile", "grafana", "down", "--volumes", "--remove-orphans", "--timeout", "5"))
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


def _run_pytest(command: list[str | Path], *, with_grafana: bool) -> None:
    env = {"SPCS_STACK": PROJECT, "SPCS_STACK_GRAFANA": "1" if with_grafana else "", "PYTHONPATH": os.fspath(ROOT)}
    if process.stream(command, cwd=ROOT, env=env) != 0:
        raise UserError("the stack's tests failed: read the report above")


def _detail(words: str) -> str:
    return f"docker compose --project-name {PROJECT} --file {COMPOSE_FILE.relative_to(ROOT)} {words}"
