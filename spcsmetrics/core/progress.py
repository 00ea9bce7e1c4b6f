"""How far a long step is: a line that changes on a terminal, a line now and then elsewhere."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.text import Text

# Where lines cannot change, one is printed each time that so much more is begun.
_PARTS = 5
# The last packages wait for one another, and the link for all: about this share of what comes before on two cores.
_LINK = 0.1


@dataclass(kw_only=True)
class Progress:
    """The packages of one compilation.

    Args:
        title: what is made.
        log: where the compiler's output goes.
        say: prints a line; None where the terminal draws this object again and again instead.
        weights: how much work each package is that is not in the cache.
        begun: those that the compiler has begun, in their order.
    """

    title: str
    log: Path
    say: Callable[[str], object] | None = None
    weights: Mapping[str, int] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    modules: int = 0
    started: float = field(default_factory=time.monotonic)

    def download(self, line: str) -> None:
        """Take one line of a compiler that still gets its modules."""
        self.modules += line.startswith("go: downloading ")

    def begin(self, weights: Mapping[str, int]) -> None:
        """Start counting packages that are not in the cache, each with the size of its sources."""
        self.weights, self.begun, self.started = weights, [], time.monotonic()
        if self.say and weights:
            self.say(f"  {self}")

    def count(self, line: str) -> None:
        """Take one line of a compiler, which names each package that it begins."""
        package = line.rstrip("\n")
        if package not in self.weights:
            return
        self.begun.append(package)
        done, total = len(self.begun), len(self.weights)
        if self.say and done * _PARTS // total > (done - 1) * _PARTS // total:
            self.say(f"  {self}")

    def __str__(self) -> str:
        passed = time.monotonic() - self.started
        if not self.weights:
            got = f": {self.modules} Go modules downloaded" if self.modules else ""
            return f"{self.title}{got} ({_clock(passed)})"
        times = _clock(passed)
        done = self._share()
        # A smaller share says little about this machine's speed.
        if done > 0.1:
            times += f", about {_clock(passed / done * (1 - done))} left"
        return f"{self.title}: {len(self.begun)} of {len(self.weights)} packages begun ({times}; log {self.log})"

    def _share(self) -> float:
        """Return how much of the work is done, the link included; the last packages that were begun are half done."""
        total = sum(self.weights.values()) * (1 + _LINK)
        last = self.begun[-(os.cpu_count() or 1) :]
        done = sum(self.weights[package] for package in self.begun)
        return (done - sum(self.weights[package] for package in last) / 2) / total

    def __rich__(self) -> Text:
        return Text(str(self))


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
