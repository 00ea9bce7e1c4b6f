"""Waiting for what other processes do."""

from collections.abc import Callable

from spcsmetrics.core.polls import poll

SCRAPE_SECONDS = 2
# What comes soon may be gone soon; asked as often for longer, questions took most of the tests' own processor time.
_SOON_SECONDS, _PAUSE_SECONDS = 2, 0.4


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    """Wait until the condition holds; fail when the time is over."""
    soon = min(seconds, _SOON_SECONDS)
    came = any(poll(condition, soon)) or any(poll(condition, seconds - soon, _PAUSE_SECONDS))
    assert came, f"it did not happen within {seconds} s"
