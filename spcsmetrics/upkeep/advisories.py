"""The search for known vulnerabilities: in what is locked, and in the built images.

What could not be looked up is an error of its own, so that a database that is out of reach never reads as "all well".
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from spcsmetrics.core import groups, process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD, LOCKS, ROOT, THANOS, relative
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.toolchain import go_environment, go_step
from spcsmetrics.images import daemon, scans
from spcsmetrics.images.definition import SHIPPED, Image
from spcsmetrics.programs import backfill, collector_module, thanos
from spcsmetrics.programs.manifest import build_tags
from spcsmetrics.programs.tools import tool, tool_step
from spcsmetrics.upkeep.locks import GROUPS
from spcsmetrics.upkeep.tests import GO_MODULES

_REPORTS = BUILD / "audit"
# The exit codes that stand for a finding; every other failure means that nothing was looked up.
_GOVULNCHECK_FOUND = 3
_GRYPE_FOUND = 2


def run_audit(*, dry: bool) -> None:
    """Look up what is locked in the advisory databases of PyPI and Go, which needs a network.

    Raises UserError for a finding, and for whatever could not be looked up.
    """
    steps = [groups.group_step("audit"), *(_python_step(LOCKS / f"{group}.txt") for group in sorted(GROUPS))]
    steps += [go_step(), tool_step("govulncheck")]
    steps += [_go_step(module) for module in (*GO_MODULES, collector_module.FOLDER)]
    # A release offers these two to demos.
    for program in (collector_module.STORE, os.path.relpath(backfill.SOURCE, collector_module.FOLDER)):
        steps.append(_go_step(collector_module.FOLDER, packages=program))
    steps.append(_go_step(THANOS, thanos.TAGS, thanos.PACKAGE))
    carry_out(steps, dry=dry)


def _python_step(lock: Path) -> Step:
    report = _REPORTS / f"{lock.stem}.json"
    command: Args = [sys.executable, "-m", "pip_audit", "--progress-spinner=off", "--format=json", "--output", report]
    command = [*command, "--require-hashes", "--disable-pip", "--requirement", lock]

    def look_up() -> None:
        report.parent.mkdir(parents=True, exist_ok=True)
        report.unlink(missing_ok=True)
        process.stream(command, cwd=ROOT)
        check_report(report, lock.name)

    return Step(title=f"pip-audit {lock.stem}", detail=process.render(command), action=look_up, stream=True)


def check_report(report: Path, lock: str) -> None:
    """Raise UserError unless pip-audit has looked up every package of a lock, and has found nothing."""
    try:
        packages: list[dict[str, Any]] = json.loads(report.read_text())["dependencies"]
    except (OSError, ValueError, KeyError):
        packages = []
    found = [f"{one['name']} {one['version']} ({_ids(one)})" for one in packages if one.get("vulns")]
    if found:
        raise UserError(f"{lock} has known vulnerabilities: {', '.join(found)}: run ./inv lock --upgrade")
    unknown = [str(one["name"]) for one in packages if "vulns" not in one]
    if unknown or not packages:
        what = f"{len(unknown)} of {len(packages)} packages, such as {unknown[0]}," if unknown else "any package"
        raise UserError(
            f"{lock} was not audited, because PyPI's advisories for {what} cannot be had from here: check the network,"
            " because a mirror of the packages alone lacks them"
        )


def _ids(package: Mapping[str, Any]) -> str:
    return ", ".join(str(one["id"]) for one in package["vulns"])


def _go_step(module: Path, tags: str = "", packages: str = "./...") -> Step:
    what = packages if packages != "./..." else str(relative(module))
    return judging_step(
        f"govulncheck {what}",
        [tool("govulncheck"), f"-tags={tags or build_tags()}", packages],
        {_GOVULNCHECK_FOUND: f"{what} has known vulnerabilities: move the modules that the report above names"},
        f"{what} was not audited: check that the Go vulnerability database can be reached",
        cwd=module,
        env=go_environment,
    )


def judging_step(
    title: str,
    command: Args,
    findings: Mapping[int, str],
    otherwise: str,
    *,
    cwd: Path = ROOT,
    env: Callable[[], Mapping[str, str]] = dict,
) -> Step:
    """Return the step that runs a program whose exit code distinguishes a finding from a search that failed."""

    def act() -> None:
        code = process.stream(command, cwd=cwd, env=env())
        if code:
            raise UserError(findings.get(code, f"{otherwise} ({title} {process.describe(code)})"))

    where = "" if cwd == ROOT else f" in {relative(cwd)}"
    return Step(title=title, detail=process.render(command) + where, action=act, stream=True)


def run_scan(*, dry: bool) -> None:
    """Look up what is inside the built images in grype's database, which needs a network, and note what was scanned.

    Raises UserError without a daemon, an image or the database, before anything is compiled as far as that goes, and
    for a high finding that has a fix.
    """
    present = Step(
        title="Find the images", detail=", ".join(one.reference for one in SHIPPED.values()), action=_find_images
    )
    update = judging_step(
        "grype's database",
        [tool("grype"), "db", "update"],
        {},
        "the images were not scanned, because grype's database cannot be had: check the network",
    )
    steps = [daemon.check_step(), present, go_step(), tool_step("grype"), update]
    carry_out([*steps, *map(_scan_step, SHIPPED.values())], dry=dry)


def _find_images() -> None:
    for image in SHIPPED.values():
        daemon.find_id(image.reference)


def _scan_step(image: Image) -> Step:
    step = judging_step(
        f"grype {image.name}",
        [tool("grype"), f"docker:{image.reference}", "--only-fixed", "--fail-on", "high"],
        {_GRYPE_FOUND: f"{image.name} has high vulnerabilities that have a fix: move what the report above names"},
        f"{image.name} was not scanned: read the last lines above",
        env=lambda: {"GRYPE_DB_AUTO_UPDATE": "false"},
    )

    def scan() -> None:
        scanned = daemon.find_names(image.reference)
        step.action()
        scans.note(image, scanned)

    return Step(title=step.title, detail=step.detail, action=scan, stream=True)
