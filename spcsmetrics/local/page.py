"""The page: built from grafana/preview, and served over any Prometheus."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from spcsmetrics.core import fingerprint, groups, ports, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.files import make_folder
from spcsmetrics.core.locks import hold_build
from spcsmetrics.core.paths import BOARD_FOLDER, BUILD, GRAFANA
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, console, program_step
from spcsmetrics.local import processes
from spcsmetrics.local.processes import Process, Run
from spcsmetrics.programs.released import Asset

SOURCE = GRAFANA / "preview"
PAGE = BUILD / "preview" / "page"
_MIN_NODE = 20
_MODULES = SOURCE / "node_modules"
# What npm writes when it has installed everything; a stamp beside it goes with the folder.
_INSTALLED = _MODULES / ".package-lock.json"


def find_node() -> Path | None:
    """Return the Node.js on the PATH if it is new enough, else the one of the group preview if that is installed."""
    found = shutil.which("node")
    if found:
        version = re.match(r"v(\d+)", process.probe([found, "--version"]))
        if version and int(version[1]) >= _MIN_NODE:
            return Path(found)
    wheel = Path(sys.prefix) / "bin" / "node"
    return wheel if wheel.exists() else None


def node_environment() -> dict[str, str]:
    """Return the variables that Node.js and its programs need.

    Raises:
        UserError: Node.js is missing or too old.
    """
    node = find_node()
    if node is None:
        raise UserError(f"Node.js {_MIN_NODE} or newer is missing: install it, or the group preview")
    return {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}", "PREVIEW_OUT": str(PAGE)}


def is_built() -> bool:
    """Return whether the page is there and made of the present source."""
    return asset().is_current() and (PAGE / "index.html").exists()


def asset() -> Asset:
    """Return what a release calls the page."""
    return Asset(name="boards", made=PAGE, inputs=_digest())


def install_steps() -> list[Step]:
    """Return the steps that install Node.js where it is missing, and the page's libraries."""
    lock = fingerprint.digest([SOURCE / "package-lock.json"])

    def install() -> None:
        # The lock has the hash of each package, so that what is in the cache need not be asked for anew.
        process.run(
            ["npm", "ci", "--prefer-offline"],
            cwd=SOURCE,
            env=node_environment(),
            remedy="check the network or npm's registry",
        )
        fingerprint.mark(_INSTALLED, lock)

    return [
        groups.group_step("preview"),
        Step(
            title="Install the preview's libraries",
            detail="npm ci --prefer-offline in grafana/preview: half a gigabyte",
            action=install,
            skip=lambda: fingerprint.is_current(_INSTALLED, lock),
            exclusive=True,
        ),
    ]


def script_step(title: str, script: str) -> Step:
    """Return the step that runs a script of the page's package.json."""
    return program_step(title, ["npm", "run", "--silent", script], cwd=SOURCE, env=node_environment)


def build_steps() -> list[Step]:
    """Return the steps that make the page, and beside it the program that prints what the panels show."""

    def build() -> None:
        make_folder(PAGE.parent)
        for command in (["build"], ["build", "--ssr", "src/describe.ts"]):
            process.run(_vite(*command), cwd=SOURCE, env=node_environment(), remedy="read the last lines")
        asset().mark()

    make = Step(
        title="Build the preview",
        detail=f"vite build -> {PAGE.relative_to(BUILD.parent)}",
        action=build,
        skip=is_built,
        exclusive=True,
    )
    # A page that a release brought needs nothing more.
    installs = [replace(step, skip=partial(_is_built_or, step.skip)) for step in install_steps()]
    # The page's server is made with what the simulator's is.
    return [groups.group_step("simulator"), *installs, make]


def _is_built_or(skip: Callable[[], bool]) -> bool:
    return is_built() or skip()


def start(run: Run, prometheus: str) -> Process:
    """Serve the page with the boards as they are now, over the Prometheus at this address.

    Raises:
        UserError: the page was not served in time.
    """
    # Demos of one clone share the page.
    with hold_build(console.print):
        _write_boards()

    def serve() -> Process:
        port = ports.find_free()
        command: Args = [sys.executable, "-m", "spcsmetrics.local.page_server", PAGE, str(port), prometheus]
        return run.start("preview", command, url=f"http://127.0.0.1:{port}")

    return processes.start_bound(run, serve, lambda page: processes.answers(page.url), "the start of the preview")


def _write_boards() -> None:
    boards = PAGE / "boards"
    shutil.rmtree(boards, ignore_errors=True)
    shutil.copytree(BOARD_FOLDER, boards)
    listed = [json.loads(file.read_text()) for file in BOARD_FOLDER.glob("*.json")]
    index = sorted(({"uid": board["uid"], "title": board["title"]} for board in listed), key=_order)
    (boards / "index.json").write_text(json.dumps(index))


def _order(board: dict[str, str]) -> tuple[bool, str]:
    return board["uid"] != "spcs-home", board["title"]


def _vite(*words: str) -> Args:
    return [_MODULES / ".bin" / "vite", *words]


def _digest() -> str:
    # Not the whole folder: half a gigabyte of libraries lies in it, which the lock file stands for.
    found = [*SOURCE.glob("*"), *(SOURCE / "src").rglob("*")]
    return fingerprint.digest(file for file in found if file.is_file())
