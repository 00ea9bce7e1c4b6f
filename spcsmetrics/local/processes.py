"""The parts as processes of this machine: simulator, store and collector, on free ports, ended together."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import requests

from spcsmetrics.core import ports
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.process import Args

_STOP_SECONDS = 10.0
_START_SECONDS = 30.0


@dataclass
class Part:
    """A running process, its log, and the address people and PromQL reach it at."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    url: str = ""


@dataclass
class Run:
    """The folder of one run and the parts started in it."""

    folder: Path
    parts: list[Part] = field(default_factory=list)
    # Where the collector shows its own metrics, and the page about its pools and nodes.
    collector_metrics: int = field(default_factory=ports.find_free)
    collector_debug: int = field(default_factory=ports.find_free)

    def start(
        self, name: str, command: Args, *, env: Mapping[str, str] | None = None, url: str = "", cwd: Path = ROOT
    ) -> Part:
        """Start one part with its output in a log file of the run's folder."""
        log = self.folder / f"{name}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdout=file,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                # Ctrl-C goes to this process alone, which then ends its parts in order.
                start_new_session=True,
            )
        part = Part(name, process, log, url)
        self.parts.append(part)
        return part

    def stop(self) -> None:
        """End all parts, the last started first; those that do not end in time are killed."""
        for part in reversed(self.parts):
            part.process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for part in reversed(self.parts):
            try:
                part.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                part.process.kill()
                part.process.wait()
        self.parts.clear()

    def check(self) -> None:
        """Raise UserError when a part has ended by itself."""
        for part in self.parts:
            if part.process.poll() is not None:
                lines = part.log.read_text(errors="replace").strip().splitlines()
                raise UserError(f"the {part.name} ended by itself: {lines[-1] if lines else 'it said nothing'}")


@contextmanager
def open_run(folder: Path) -> Iterator[Run]:
    """Yield a run whose parts are ended on the way out, also after Ctrl-C or SIGTERM."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    folder.mkdir(parents=True, exist_ok=True)
    run = Run(folder)
    previous = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield run
    finally:
        # A second Ctrl-C must not leave half of the parts running.
        previous[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
        run.stop()
        for number, handler in previous.items():
            signal.signal(number, handler)


def wait_until(run: Run, ready: Callable[[], bool], what: str, seconds: float = _START_SECONDS) -> None:
    """Wait for a condition. Raises UserError after the bound, or as soon as a part ends by itself."""
    deadline = time.monotonic() + seconds
    while not ready():
        run.check()
        if time.monotonic() > deadline:
            raise UserError(f"{what} did not happen within {seconds:.0f} s: read the logs in {run.folder}")
        time.sleep(0.1)


def answers(url: str) -> bool:
    """Tell whether an HTTP GET succeeds."""
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False
