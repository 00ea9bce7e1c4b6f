"""The dependency groups of pyproject.toml: each is installed when a task first needs it."""

import filecmp
import importlib
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


def script(name: str) -> Path:
    """Return the path of a program that a dependency brought."""
    return Path(sys.prefix) / "bin" / name
