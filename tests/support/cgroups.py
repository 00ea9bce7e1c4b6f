"""A control group with a memory limit, as a container has one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from spcsmetrics.core.polls import poll
from spcsmetrics.core.process import Args

_MOUNT = Path("/sys/fs/cgroup")


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group below the one of this process, which is home."""

    folder: Path
    home: Path
    unified: bool

    @property
    def wrap(self) -> Args:
        """The words before a command that start it in the group."""
        return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', self.folder / "cgroup.procs"]

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Let what this process starts meanwhile be in the group from its first moment."""
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))
        try:
            yield
        finally:
            (self.home / "cgroup.procs").write_text(str(os.getpid()))

    def bound(self, limit: int) -> None:
        """Let it hold so many bytes at most."""
        (self.folder / ("memory.max" if self.unified else "memory.limit_in_bytes")).write_text(str(limit))

    def kills(self) -> int:
        """Return how many of its processes the kernel has killed for want of memory."""
        file = self.folder / ("memory.events" if self.unified else "memory.oom_control")
        counts = dict(line.split() for line in file.read_text().splitlines())
        return int(counts.get("oom_kill", 0))

    def peak(self) -> int:
        """Return the most bytes that it held, pages of files included."""
        return int((self.folder / ("memory.peak" if self.unified else "memory.max_usage_in_bytes")).read_text())


@contextmanager
def open_group(name: str, limit: int) -> Iterator[Group | None]:
    """Yield a group with a limit in bytes, or None where this user cannot make one."""
    group = _find(name)
    try:
        group.folder.mkdir()
        group.bound(limit)
    except OSError:
        with suppress(OSError):
            group.folder.rmdir()
        yield None
        return
    try:
        yield group
    finally:
        _remove(group.folder)


def _find(name: str) -> Group:
    membership: dict[str, str] = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, kinds, path = line.split(":", 2)
        membership |= dict.fromkeys(kinds.split(","), path)
    name = f"{name}-{os.getpid()}"
    if "memory" in membership:
        home = _MOUNT / "memory" / membership["memory"].lstrip("/")
        return Group(folder=home / name, home=home, unified=False)
    # Below a group that has processes of its own no controller can be switched on.
    return Group(folder=_MOUNT / name, home=_MOUNT / membership[""].lstrip("/"), unified=True)


def _remove(folder: Path) -> None:
    def removed() -> bool:
        with suppress(OSError):
            folder.rmdir()
        return not folder.exists()

    # The kernel needs a moment after the last process.
    any(poll(removed, 5))
