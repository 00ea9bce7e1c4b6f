"""Applications that answer a scrape with something else than metrics, too late, or too much."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulator.faults import SLOW_SECONDS

_HUGE_BYTES = 40_000_000
_MANY_SERIES = 60_000
# Where the one that redirects sends a client, and what is there.
ELSEWHERE, STOLEN = "/elsewhere", b"stolen_metric 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, and how long it waits."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0


@functools.cache
def _many() -> bytes:
    return b"".join(b'many_series{number="%d"} 1\n' % number for number in range(_MANY_SERIES))


@functools.cache
def _huge() -> bytes:
    return b"# " + b"x" * _HUGE_BYTES + b"\nhuge_body 1\n"


BROKEN: Mapping[str, Callable[[], Reply]] = {
    "html": lambda: Reply(body=b"<html><body>Log in</body></html>\n", headers={"Content-Type": "text/html"}),
    "huge": lambda: Reply(body=_huge()),
    "many-series": lambda: Reply(body=_many()),
    "missing": lambda: Reply(status=404, body=b"not found\n"),
    "redirecting": lambda: Reply(status=302, headers={"Location": ELSEWHERE}),
    "slow": lambda: Reply(body=b"late_metric 1\n", seconds=SLOW_SECONDS),
}
