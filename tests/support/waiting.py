"""Waiting for what other processes do."""

from collections.abc import Callable

from spcsmetrics.core.polls import poll

SCRAPE_SECONDS = 2


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    """Wait until the condition holds; fail when the time is over."""
    assert any(poll(condition, seconds)), f"it did not happen within {seconds} s"
