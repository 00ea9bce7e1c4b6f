"""The dependency groups of pyproject.toml: each is installed when a task first needs it."""

import filecmp
import importlib
import shlex
import shutil
import sys
from pathlib import Path

from spcsmetrics.core import process
from spcsmetrics.core.paths import LOCKS
from spcsmetrics.core.process import Args
from spcsmetrics.core.steps import Step

_QUIETLY = ("--quiet", "--disable-pip-version-check")


def group_step(group: str) -> Step:
    """Return the step that installs a locked group unless this very lock is installed.

    Example:
        carry_out([group_step("simulator"), Step("Start the simulator", ...)])
    """
    lock = LOCKS / f"{group}.txt"
    stamp = Path(sys.prefix) / f"{group}.lock"
    command: Args = [sys.executable, "-m", "pip", "install", *_QUIETLY, "--require-hashes", "-r", lock]

    def install() -> None:
        process.run(command, remedy="check the network or pip's index setting")
        quote_python(Path(sys.prefix) / "bin", sys.executable)
        shutil.copy(lock, stamp)
        importlib.invalidate_caches()

    def installed() -> bool:
        return stamp.exists() and filecmp.cmp(lock, stamp, shallow=False)

    return Step(
        title=f"Install the locked dependencies of group {group}",
        detail=process.render(command),
        action=install,
        skip=installed,
        exclusive=True,
    )


def quote_python(folder: Path, python: str) -> None:
    """Let the programs that pip wrote find Python in a folder whose name has quotes, a dollar or the like.

    Where it has spaces, pip lets a shell start Python, and puts nothing but double quotes around the path.
    """
    if not set(python) & set('"$`\\'):
        return
    begin = b"#!/bin/sh\n'''exec' "
    for file in folder.iterdir():
        content = file.read_bytes() if file.is_file() else b""
        if content.startswith(begin):
            rest = content.partition(b' "$0" "$@"\n')[2]
            file.write_bytes(begin + f'{shlex.quote(python)} "$0" "$@"\n'.encode() + rest)


def script(name: str) -> Path:
    """Return the path of a program that a dependency brought."""
    return Path(sys.prefix) / "bin" / name
