"""Processes of one run on this machine: started with logs, watched, and ended together."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import requests

from spcsmetrics.core import ports
from spcsmetrics.core.errors import Terminated, UserError
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.polls import poll
from spcsmetrics.core.process import Args
from spcsmetrics.core.text import last_lines

_STOP_SECONDS = 10.0
_START_SECONDS = 30.0
_ATTEMPTS = 10
_TAKEN = re.compile(r"address already in use|is taken by another program", re.I)
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(kw_only=True)
class Process:
    """A running process, its log, and the address people and PromQL reach it at."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path
    url: str = ""


@dataclass(kw_only=True)
class Run:
    """The folder of one run and the processes started in it."""

    folder: Path
    processes: list[Process] = field(default_factory=list)
    # Where the collector shows its own metrics, and the page about its pools and nodes.
    collector_metrics: int = field(default_factory=ports.find_free)
    collector_debug: int = field(default_factory=ports.find_free)

    def start(self, name: str, command: Args, *, env: Mapping[str, str] | None = None, url: str = "") -> Process:
        """Start one process with its output in a log file of the run's folder, and return it at once.

        Args:
            name: what sentences call it, and its log file.
            command: the program and its arguments.
            env: variables to set beside those of this process.
            url: where it will be reached; wait_until waits for it.
        """
        log = self.folder / f"{name}.log"
        with log.open("wb") as file:
            popen = subprocess.Popen(
                [str(word) for word in command],
                cwd=ROOT,
                env={**os.environ, **(env or {})},
                stdout=file,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                # Ctrl-C goes to this process alone, which then ends the others in order.
                start_new_session=True,
            )
        process = Process(name=name, popen=popen, log=log, url=url)
        self.processes.append(process)
        return process

    def stop(self) -> None:
        """End all processes, the last started first; those that do not end in time are killed."""
        for process in reversed(self.processes):
            process.popen.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for process in reversed(self.processes):
            try:
                process.popen.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.popen.kill()
                process.popen.wait()
        self.processes.clear()

    def check(self) -> None:
        """Raise UserError when a process has ended by itself."""
        for process in self.processes:
            if process.popen.poll() is not None:
                line = last_lines(process.log.read_text(errors="replace"), 1)
                raise UserError(f"the {process.name} ended by itself, see {process.log}: {line or 'it logged nothing'}")


@contextmanager
def open_run(folder: Path) -> Iterator[Run]:
    """Yield a run whose processes are ended on the way out, also after Ctrl-C, SIGTERM or SIGHUP.

    Example:
        with open_run(tmp_path) as run:
            simulation = start_simulator(run, pools=1, nodes=2, containers=4)
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt if number == signal.SIGINT else Terminated

    folder.mkdir(parents=True, exist_ok=True)
    run = Run(folder=folder)
    previous = {number: signal.signal(number, leave) for number in _ENDING}
    try:
        yield run
    finally:
        # A second one must not leave half of the processes running.
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)
        run.stop()
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def open_temporary_run(name: str) -> Iterator[Run]:
    """Yield a run in a new folder, which stays only when an error points to the logs in it.

    Args:
        name: what the folder's name begins with, behind `spcs-`.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"spcs-{name}-"))
    keep = False
    try:
        with open_run(folder) as run:
            yield run
    except UserError:
        keep = True
        raise
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def start_bound(run: Run, start: Callable[[], Process], ready: Callable[[Process], bool], what: str) -> Process:
    """Start a process that listens on ports which were free a moment ago, and again where another run took one.

    Args:
        run: where it is started.
        start: starts it on ports that it chooses anew each time.
        ready: returns whether it listens.
        what: names it in the sentence, such as "the start of Prometheus".

    Raises:
        UserError: it did not start.
    """
    for last in (False,) * _ATTEMPTS + (True,):
        process = start()
        try:
            wait_until(run, lambda started=process: ready(started), what)  # type: ignore[misc]
        except UserError:
            if last or process.popen.poll() is None or not _TAKEN.search(process.log.read_text(errors="replace")):
                raise
            run.processes.remove(process)
        else:
            break
    return process


def wait_until(run: Run, ready: Callable[[], bool], what: str, seconds: float = _START_SECONDS) -> None:
    """Wait for a condition.

    Args:
        run: whose processes must go on meanwhile.
        ready: returns whether it holds.
        what: names it in the sentence, such as "the start of Prometheus".
        seconds: how long to wait at most.

    Raises:
        UserError: it did not hold in time, or a process ended by itself.
    """

    def ask() -> bool:
        run.check()
        return ready()

    if not any(poll(ask, seconds)):
        raise UserError(f"{what} did not happen within {seconds:.0f} s: read the logs in {run.folder}")


def answers(url: str) -> bool:
    """Return whether an HTTP GET succeeds."""
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False
