"""One builder at a time in a clone: what two would write at once, one writes and the other waits for."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from spcsmetrics.core.files import make_folder
from spcsmetrics.core.paths import BUILD


@contextmanager
def hold_build(say: Callable[[str], object]) -> Iterator[None]:
    """Hold the clone's lock, which the system gives back when this process ends.

    Args:
        say: prints one sentence where another process holds it.
    """
    make_folder(BUILD)
    with (BUILD / "steps.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("  another ./inv builds in this clone: waiting until it is done")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
