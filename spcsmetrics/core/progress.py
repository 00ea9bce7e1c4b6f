"""How far a long step is: a line that changes on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.text import Text

# Where lines cannot change, one is printed each time that so much more is done.
_PARTS = 5


@dataclass(kw_only=True)
class Progress:
    """The packages of one compilation.

    Args:
        title: what is made.
        log: where the compiler's output goes.
        say: prints a line; None where the terminal draws this object again and again instead.
    """

    title: str
    log: Path
    say: Callable[[str], object] | None = None
    total: int = 0
    done: int = 0
    modules: int = 0
    started: float = field(default_factory=time.monotonic)

    def download(self, line: str) -> None:
        """Take one line of a compiler that still gets its modules."""
        self.modules += line.startswith("go: downloading ")

    def begin(self, total: int) -> None:
        """Start counting packages, of which so many are not in the cache."""
        self.total, self.done, self.started = total, 0, time.monotonic()
        if self.say and total:
            self.say(f"  {self}")

    def count(self, line: str) -> None:
        """Take one line of a compiler, which names each package that it begins."""
        if not self.total or not line.strip() or line.startswith(("go: ", "#", "\t", " ")):
            return
        self.done = min(self.done + 1, self.total)
        if self.say and self.done * _PARTS // self.total > (self.done - 1) * _PARTS // self.total:
            self.say(f"  {self}")

    def __str__(self) -> str:
        passed = time.monotonic() - self.started
        if not self.total:
            got = f": {self.modules} Go modules downloaded" if self.modules else ""
            return f"{self.title}{got} ({_clock(passed)})"
        times = _clock(passed)
        # Fewer packages say little about this machine's speed.
        if self.total // 10 < self.done < self.total:
            times += f", about {_clock(passed / self.done * (self.total - self.done))} left"
        return f"{self.title}: {self.done} of {self.total} packages ({times}; log {self.log})"

    def __rich__(self) -> Text:
        return Text(str(self))


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
