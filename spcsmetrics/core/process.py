"""Running other programs: commands are lists, never shell strings."""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from spcsmetrics.core.errors import Terminated, UserError
from spcsmetrics.core.text import last_lines

Args = Sequence[str | Path]
_TAIL_LINES = 15
_STOP_SECONDS = 20.0


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
    watch: Callable[[str], object] | None = None,
) -> str:
    """Run a command to its end and return what it printed on standard output.

    Args:
        args: the program, found on the PATH of env, and its arguments.
        cwd: the folder to run it in; this process's own by default.
        env: variables to set beside those of this process.
        log: a file for both streams, whose text is returned then; folders above it are made.
        remedy: what to do when it fails, as a part of the sentence.
        watch: is handed each line that goes to the log, at once.

    Raises:
        UserError: the program is missing or fails; the message has the last lines that it printed.

    Example:
        >>> run(["git", "tag", "--points-at", "HEAD"], cwd=ROOT).split()
        ['v0.1.0']
    """
    command, variables = _prepare(args, env, remedy)
    code, output, printed = _finish(command, cwd, variables, log, watch)
    if code:
        where = f" (all of it in {log})" if log else ""
        raise UserError(
            f"{render(command[:3])} {describe(code)}{_then(remedy)}; its last lines{where}:\n"
            f"{last_lines(printed, _TAIL_LINES)}"
        )
    return output


@contextlib.contextmanager
def running(args: Args, *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run a command beside what a block does, at whose end its own is awaited; where the block fails, it is ended.

    What it prints and whether it fails is of no account: it prepares what a later command reports on.
    """
    command, variables = _prepare(args, env, "")
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=cwd, env=variables, stdin=quiet, stdout=quiet, stderr=quiet, process_group=0
    ) as child:
        try:
            yield
            child.wait()
        except BaseException:
            _end_group(child)
            raise


def probe(args: Args, *, env: Mapping[str, str] | None = None) -> str:
    """Return what a program of this machine prints, or an empty text where it is missing, broken or fails."""
    try:
        return run(args, env=env)
    except (UserError, OSError):
        return ""


def _finish(
    command: list[str],
    cwd: Path | None,
    variables: Mapping[str, str],
    log: Path | None,
    watch: Callable[[str], object] | None,
) -> tuple[int, str, str]:
    """Run a command to its end; return its exit code, its output, and all that it printed."""
    if log is None:
        done = subprocess.run(command, cwd=cwd, env=variables, capture_output=True, check=False)
        output = done.stdout.decode(errors="replace")
        return done.returncode, output, output + done.stderr.decode(errors="replace")
    log.parent.mkdir(parents=True, exist_ok=True)
    code = _log_lines(command, cwd, variables, log, watch)
    output = log.read_text(errors="replace")
    return code, output, output


def _log_lines(
    command: list[str],
    cwd: Path | None,
    variables: Mapping[str, str],
    log: Path,
    watch: Callable[[str], object] | None,
) -> int:
    """Run a command in a group of its own, so that what it starts ends with it, and return its exit code."""
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    with (
        log.open("wb") as file,
        subprocess.Popen(command, cwd=cwd, env=variables, stdout=pipe, stderr=both, process_group=0) as child,
    ):
        try:
            for line in child.stdout or ():
                file.write(line)
                file.flush()
                if watch:
                    watch(line.decode(errors="replace"))
            return child.wait()
        except BaseException:
            _end_group(child)
            raise


def _end_group(child: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_STOP_SECONDS)


def stream(
    args: Args, *, cwd: Path | None = None, env: Mapping[str, str] | None = None, to_stderr: bool = False
) -> int:
    """Run a command whose output is the result, straight to the terminal, and return its exit code.

    With to_stderr its standard output goes there too, because this process's own is the result of something else.
    After Ctrl-C, which a terminal sends to the command too, it gets the time to remove what it made.

    Raises:
        UserError: the program is missing.
    """
    command, variables = _prepare(args, env, "")
    output = sys.stderr.fileno() if to_stderr else None
    with subprocess.Popen(command, cwd=cwd, env=variables, stdout=output) as child:
        try:
            return child.wait()
        except KeyboardInterrupt as reason:
            if isinstance(reason, Terminated):
                child.terminate()
            try:
                child.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
            raise


def describe(code: int) -> str:
    """Return how a command ended by its exit code, which is a signal's number when it is negative."""
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"failed with exit code {code}"


def _prepare(args: Args, env: Mapping[str, str] | None, remedy: str) -> tuple[list[str], dict[str, str]]:
    command = [str(arg) for arg in args]
    variables = {**os.environ, **(env or {})}
    if shutil.which(command[0], path=variables.get("PATH")) is None:
        raise UserError(f"{command[0]} is not installed or not on the PATH{_then(remedy)}")
    return command, variables


def _then(remedy: str) -> str:
    return f": {remedy}" if remedy else ""
