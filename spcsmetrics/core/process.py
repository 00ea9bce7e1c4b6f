"""Running other programs: commands are lists, never shell strings."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from spcsmetrics.core.errors import UserError

Args = Sequence[str | Path]
_TAIL_LINES = 15


def render(args: Args) -> str:
    """Return the command as a shell would take it, for people to read and copy."""
    return shlex.join(str(arg) for arg in args)


def run(
    args: Args,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    remedy: str = "",
) -> str:
    """Run a command to its end and return its standard output; env is added to this process's environment.

    With log, both streams go to that file. Raises UserError with the last lines of output when the program is missing
    or fails; remedy is the part of the sentence that says what to do.
    """
    command = [str(arg) for arg in args]
    environment = {**os.environ, **(env or {})}
    if shutil.which(command[0], path=environment.get("PATH")) is None:
        raise UserError(f"{command[0]} is not installed or not on the PATH{_then(remedy)}")
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as file:
            done = subprocess.run(command, cwd=cwd, env=environment, stdout=file, stderr=subprocess.STDOUT, check=False)
        output = log.read_text(errors="replace")
        failure = output
    else:
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False)
        output = done.stdout.decode(errors="replace")
        failure = output + done.stderr.decode(errors="replace")
    if done.returncode != 0:
        where = f" (all of it in {log})" if log else ""
        raise UserError(
            f"{render(command[:3])} failed with exit code {done.returncode}{_then(remedy)}; "
            f"its last lines{where}:\n{_tail(failure)}"
        )
    return output


def stream(args: Args, *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> int:
    """Run a command whose output is the result, straight to the terminal, and return its exit code."""
    command = [str(arg) for arg in args]
    return subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})}, check=False).returncode


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_TAIL_LINES:])


def _then(remedy: str) -> str:
    return f": {remedy}" if remedy else ""
