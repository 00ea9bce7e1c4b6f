"""What is broken at the moment, on request."""

from dataclasses import dataclass, field

ACCOUNT_FAULTS = (
    "accepted",
    "down",
    "empty",
    "expired",
    "flaky",
    "forbidden",
    "html",
    "huge",
    "lost-partition",
    "lost-rows",
    "malformed",
    "no-function",
    "no-result",
    "odd-cells",
    "partitioned",
    "pending",
    "rate-limited",
    "redirect",
    "retry-date",
    "server-error",
    "session-gone",
    "slow",
    "unauthorized",
)
POOL_FAULTS = ("bad-target", "no-addresses", "no-srv", "nxdomain", "odd-records", "old-name", "servfail", "silent")
NODE_FAULTS = ("down", "duplicates", "garbage", "gzip-bomb", "huge", "many-series", "slow", "unfinished")
# What becomes of services, and of sessions of the driver.
SERVICE_FAULTS = ("image-pull", "never-ready", "no-endpoint", "odd-message")
DRIVER_FAULTS = ("cut", "expired-token", "odd-message")

# Programs and people put anything into a message: markup, quotes, what acts on a terminal, and more lines.
ODD_MESSAGE = 'Running [/bin/launcher] [bold]it\'s "so"[/bold] \x1b[31m\x07\u202e {x} %s\nand more'

# Seconds that a slow part waits before it answers.
SLOW_SECONDS = 20.0


@dataclass(kw_only=True)
class Faults:
    """The present fault of the account, of each pool by name, of each node by address, of services and of the driver.

    dns_seconds is how long DNS waits before each answer.
    extras are what nodes publish beside their own metrics, by address; {now} in one is the time in milliseconds, and
    {now-60000} a minute before. cut_after is how many statements of the driver are answered before it is cut.
    """

    account: str | None = None
    pools: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, str] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    service: str | None = None
    driver: str | None = None
    cut_after: int = 0
    dns_seconds: float = 0
