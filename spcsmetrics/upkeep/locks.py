"""Making the lock files from pyproject.toml."""

from pathlib import Path

from spcsmetrics.core import groups, process
from spcsmetrics.core.paths import LOCKS, ROOT
from spcsmetrics.core.steps import Step, carry_out

# Each group agrees with the locks named behind it, because all are installed into one environment.
GROUPS = {
    "runtime": (),
    "simulator": ("runtime",),
    "bench": ("runtime",),
    "deploy": ("runtime", "simulator"),
    "dev": ("runtime", "simulator", "bench", "deploy"),
    "audit": ("runtime", "dev"),
    "go": ("runtime",),
    "compose": ("runtime",),
    "preview": ("runtime", "dev"),
}


def lock(*, upgrade: bool, dry: bool) -> None:
    """Write locks/*.txt: exact versions with hashes, for every system; versions change only where they must."""
    carry_out([groups.group_step("dev"), *(_step(group, upgrade=upgrade) for group in GROUPS)], dry=dry)


def _step(group: str, *, upgrade: bool) -> Step:
    command: list[str | Path] = [
        groups.script("uv"),
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-emit-index-url",
        "--custom-compile-command",
        "./inv lock",
        "--output-file",
        f"locks/{group}.txt",
    ]
    if upgrade:
        command.append("--upgrade")
    for other in GROUPS[group]:
        command += ["--constraints", LOCKS.name + f"/{other}.txt"]
    command += ["pyproject.toml"] if group == "runtime" else ["--group", group]
    return Step(title=f"Lock {group}", detail=process.render(command), action=lambda: process.run(command, cwd=ROOT))
