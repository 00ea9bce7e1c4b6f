"""How much of the code the tests reach, and the least that a change must leave of it."""

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, PLUGIN, ROOT
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, console, program_step

PROFILE = BUILD / "coverage.out"
# Per cent of the plugin's statements, and of the statements and branches of the Python packages.
MIN_GO = 92.0
MIN_PYTHON = 85.0
_TOOL: Args = [sys.executable, "-m", "coverage"]


def go_step() -> Step:
    """Return the step that fails when the plugin's tests have reached too little of it."""
    detail = f"at least {MIN_GO:.0f} % in {PROFILE}"
    return Step(
        title=f"Check the coverage of {PLUGIN.name}", detail=detail, action=lambda: check_go(PROFILE), stream=True
    )


def check_go(profile: Path) -> None:
    """Print what a profile of `go test` covers. Raises UserError when it is less than MIN_GO."""
    _check(PLUGIN.name, go_share(profile.read_text()), MIN_GO)


def python_steps() -> list[Step]:
    """Return the steps that run the Python tests under measurement, and fail when they have reached too little."""
    return [
        Step(
            title="Forget earlier measurements",
            detail=process.render([*_TOOL, "erase"]),
            action=lambda: _run("erase", folder=ROOT),
        ),
        program_step("Test the tooling", [*_TOOL, "run", "-m", "pytest"]),
        Step(
            title="Check the coverage of the tooling",
            detail=f"at least {MIN_PYTHON:.0f} % of statements and branches",
            action=lambda: check_python(ROOT),
            stream=True,
        ),
    ]


def check_python(folder: Path) -> None:
    """Put together what every process measured, by the settings in the folder's pyproject.toml, and print it by room.

    Raises UserError when it is less than MIN_PYTHON.
    """
    _run("combine", "--quiet", folder=folder)
    report = json.loads(_run("json", "--quiet", "-o", "-", folder=folder))
    for room, share in python_shares(report).items():
        console.print(f"  {share:5.1f} %  {room}")
    _check("the tooling", float(report["totals"]["percent_covered"]), MIN_PYTHON)


def _run(*words: str, folder: Path) -> str:
    return process.run([*_TOOL, *words], cwd=folder, remedy="run ./inv test, which measures first")


def _check(what: str, covered: float, least: float) -> None:
    if covered < least:
        raise UserError(f"the tests reach {covered:.1f} % of {what}, and at least {least:.0f} are wanted: test more")
    console.print(f"  the tests reach {covered:.1f} % of {what}")


def python_shares(report: dict[str, Any]) -> dict[str, float]:
    """Return the per cent of statements and branches that a JSON report of coverage.py shows as run, by room."""
    run: dict[str, int] = defaultdict(int)
    size: dict[str, int] = defaultdict(int)
    for name, file in report["files"].items():
        room, summary = "/".join(Path(name).parts[:-1][:2]), file["summary"]
        run[room] += summary["covered_lines"] + summary.get("covered_branches", 0)
        size[room] += summary["num_statements"] + summary.get("num_branches", 0)
    return {room: 100 * run[room] / size[room] for room in sorted(size) if size[room]}


def go_share(profile: str) -> float:
    """Return the per cent of statements that a profile of `go test` shows as run, helpers of tests aside."""
    run: dict[str, bool] = {}
    size: dict[str, int] = {}
    for line in profile.splitlines()[1:]:
        block, statements, count = line.rsplit(" ", 2)
        if "/internal/dnstest/" in block:
            continue
        size[block] = int(statements)
        run[block] = run.get(block, False) or count != "0"
    return 100 * sum(size[block] for block in size if run[block]) / sum(size.values())
