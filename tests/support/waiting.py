"""Waiting for what other processes do."""

import time
from collections.abc import Callable

SCRAPE_SECONDS = 2


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    """Wait until the condition holds; fail when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen within {seconds} s"
        time.sleep(0.1)
