"""The history of alerts: how long each has been waiting, as a store would have noted it."""

import re
from collections.abc import Iterable

import pytest

from spcsmetrics.local.history import _alert_lines, _read_duration

RULE = {"alert": "Full", "for": "2m", "labels": {"severity": "warning"}}


def note(times: Iterable[int]) -> list[tuple[str, int]]:
    """Return the states of an alert whose query has a value at these times, each with the time since when it waits."""
    series = {"metric": {"__name__": "volume_usage", "pool": "P"}, "values": [[at, "1"] for at in times]}
    text = "".join(_alert_lines(RULE, series))
    assert text.count('pool="P",alertname="Full",severity="warning"') == 2 * len(list(times))
    states = re.findall(r'^ALERTS\{.*alertstate="(\w+)"\} 1', text, re.M)
    since = re.findall(r"^ALERTS_FOR_STATE\{[^}]*\} (\d+)", text, re.M)
    return list(zip(states, map(int, since), strict=True))


def test_an_alert_fires_after_its_delay() -> None:
    assert note([600, 660, 720, 780]) == [("pending", 600), ("pending", 600), ("firing", 600), ("firing", 600)]


def test_an_alert_that_was_gone_waits_anew() -> None:
    assert note([600, 660, 720, 900, 960]) == [
        ("pending", 600), ("pending", 600), ("firing", 600), ("pending", 900), ("pending", 900)
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("15m", 900), ("1h", 3600), ("1h30m", 5400)])
def test_delays_are_read_as_prometheus_writes_them(text: str, seconds: int) -> None:
    assert _read_duration(text) == seconds
