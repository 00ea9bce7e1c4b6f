"""The Go toolchain and the compose binary: the machine's own when good enough, else from the locked dependencies."""

import os
import platform
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from spcsmetrics.core import groups, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.files import make_folder
from spcsmetrics.core.paths import BUILD
from spcsmetrics.core.steps import Step

_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
# What the module of grype asks for; all others ask for less.
MIN_GO = (1, 26, 8)
MIN_COMPOSE = 2


@cache
def find_go() -> Path:
    """Return a go of at least MIN_GO: from the PATH, else the locked one.

    Raises:
        UserError: there is neither.
    """
    on_path = _go_on_path()
    if on_path:
        return on_path
    locked = groups.script("go")
    if not locked.exists():
        raise UserError(f"no Go of at least {'.'.join(map(str, MIN_GO))} was found: install it from https://go.dev/dl")
    return locked


def go_step() -> Step:
    """Return the step that installs the locked Go where the PATH has none that is good enough."""
    return _locked_step("go", lambda: _go_on_path() is not None)


def _locked_step(group: str, is_good: Callable[[], bool]) -> Step:
    step = groups.group_step(group)
    return replace(step, skip=lambda: step.skip() or is_good())


def _go_on_path() -> Path | None:
    found = shutil.which("go")
    return Path(found) if found and _go_version(found) >= MIN_GO else None


def _go_version(go: str | Path) -> tuple[int, ...]:
    match = re.search(r"go(\d+)\.(\d+)(?:\.(\d+))?", process.probe([go, "version"], env={"GOTOOLCHAIN": "local"}))
    return tuple(int(part or 0) for part in match.groups()) if match else (0,)


def host_platform() -> str:
    """Return this machine's system and architecture as Docker and Go write them, such as linux/amd64."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}/{_MACHINES.get(machine, machine)}"


def go_environment(target: str = "") -> dict[str, str]:
    """Return the variables for builds that depend on the sources alone: static, without a toolchain switch.

    target is a platform to build for, such as linux/arm64; without one it is this machine's. The folder that
    `go install` writes to is made here. Raises UserError or OSError where it cannot be used.
    """
    make_folder(BUILD / "bin")
    system, _, machine = target.partition("/")
    return {
        **({"GOOS": system, "GOARCH": machine} if target else {}),
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-buildvcs=false -trimpath",
        "GOBIN": str(BUILD / "bin"),
        "PATH": f"{find_go().parent}:{os.environ.get('PATH', '')}",
    }


def compose_step() -> Step:
    """Return the step that installs the locked compose where the machine has none that is good enough."""
    return _locked_step("compose", lambda: bool(installed_compose()))


def installed_compose() -> list[str]:
    """Return the words that start the machine's own compose, if it is of at least MIN_COMPOSE."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and _compose_version(command) >= MIN_COMPOSE:
            return command
    return []


@cache
def find_compose() -> list[str]:
    """Return the words that start compose: the machine's own where it is new enough, else the locked one."""
    return installed_compose() or [str(groups.script("docker-compose"))]


def _compose_version(command: list[str]) -> int:
    match = re.search(r"(\d+)\.\d+", process.probe([*command, "version", "--short"]))
    return int(match.group(1)) if match else 0
