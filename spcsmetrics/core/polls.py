"""Asking again and again: the one loop of everything that waits or watches."""

import math
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

T = TypeVar("T")


def poll(question: Callable[[], T], seconds: float = math.inf, pause: float = 0.1) -> Iterator[T]:
    """Yield answer after answer until the time is over: at least one, and one more at its end.

    Args:
        question: is asked for each answer; what it raises ends the loop.
        seconds: how long to go on; without it for ever.
        pause: seconds between two answers.

    Example:
        >>> any(poll(lambda: True, seconds=5))
        True
    """
    end = time.monotonic() + seconds
    while True:
        yield question()
        left = end - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(pause, left))
