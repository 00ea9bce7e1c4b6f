"""Right-sizing and cost: unused requests, suggested requests, and what the pools cost."""

from monitoring.ranking import LATEST, others, top
from monitoring.selectors import (
    CONTAINER,
    DATABASE,
    FAMILY,
    IN_POOLS,
    IN_SERVICES,
    OF_SERVICE,
    POOL,
    SCHEMA,
    SERVICE,
    SERVICE_LEGEND,
)
from monitoring.signals import RECORDED_SECONDS, RESOURCES, Column, Line, Listing, Signal

_BY = f"{POOL}, {DATABASE}, {SCHEMA}, {SERVICE}, {CONTAINER}"
_IN = f"{POOL}, {FAMILY}"
# Hours in which the nodes were there: an average over the time shown would bill a suspended pool for all of it.
_HOURS = f"sum by ({_IN}) (sum_over_time(spcs_pool:nodes:known{{{IN_POOLS}}}[$__range])) * {RECORDED_SECONDS} / 3600"
_PRICE = f"max by ({FAMILY}) (spcs_family:node_hour:credits)"
_CREDITS = f"({_HOURS}) * on ({FAMILY}) group_left () {_PRICE}"
_UNPRICED = f"{_HOURS} unless on ({FAMILY}) {_PRICE}"


def unused(kind: str) -> Signal:
    """Return the ten services that leave most of a kind unused."""
    recorded = f"spcs_service:container_{kind}_requested_unused:sum{{{IN_SERVICES}}}"
    latest = f"sum by ({OF_SERVICE}) ({recorded}{LATEST})"
    title, unit = RESOURCES[kind]
    return Signal(
        title=f"{title}: requested and unused",
        meaning=f"{title} that a service requests and has not used within the hour before; "
        "the ten services with most of it, and the others as a sum.",
        unit=unit,
        lines=(
            Line(expr=top(f"sum by ({OF_SERVICE}) ({recorded})", latest), legend=SERVICE_LEGEND),
            Line(expr=others(f"sum by ({OF_SERVICE}) ({recorded})", latest), legend="other services"),
        ),
    )


def _suggested(kind: str, of: str) -> str:
    """Return the query of a suggested request (of) that stays below the limit, or of the limit where that is low."""
    name = {"cpu": "container_cpu_usage:p95_1d", "memory": "container_memory_usage:max_1d"}[kind]
    wanted = f"1.2 * max by ({_BY}) (spcs_service:{name}{{{IN_SERVICES}}})"
    limit = f"max by ({_BY}) (container_{kind}_limit{{{IN_SERVICES}}})"
    if of == "limit":
        return f"{wanted} > {limit}"
    return f"({wanted} <= {limit}) or ({limit} and {wanted})"


def _bounds(kind: str) -> tuple[Column, ...]:
    title, unit = RESOURCES[kind]
    title, decimals = title.removesuffix(" cores"), 2 if kind == "cpu" else None
    requested = f"max by ({_BY}) (container_{kind}_requested{{{IN_SERVICES}}})"
    limit = f"max by ({_BY}) (container_{kind}_limit{{{IN_SERVICES}}})"
    return (
        Column(title=f"{title} requested", expr=requested, unit=unit, decimals=decimals),
        Column(title=f"{title} suggested", expr=_suggested(kind, "request"), unit=unit, decimals=decimals),
        Column(title=f"{title} limit", expr=limit, unit=unit, decimals=decimals),
        Column(title=f"{title} limit suggested", expr=_suggested(kind, "limit"), unit=unit, decimals=decimals),
    )


SUGGESTIONS = Listing(
    title="Suggested requests",
    meaning="What each container requests, its limit, and a suggested request: 1.2 times the CPU that it stays below "
    "for 95 % of a day, and 1.2 times the most memory of a day, at most the limit; "
    "a limit is suggested where that would pass it. On its first day a suggestion knows only the hours so far.",
    keys={POOL: "Pool", DATABASE: "Database", SCHEMA: "Schema", SERVICE: "Service", CONTAINER: "Container"},
    columns=(*_bounds("cpu"), *_bounds("memory")),
    empty="no container has been seen for four minutes",
    links=(("Service", "spcs-service"),),
)
NODE_HOURS = Signal(
    title="Node hours in this time",
    meaning="Hours within the time shown in which nodes were there, over all chosen pools; they are billed.",
    unit="suffix:h",
    lines=(Line(expr=f"sum({_HOURS})", legend="hours"),),
    decimals=1,
)
CREDITS = Signal(
    title="Credits in this time",
    meaning="Node hours times the credits of their instance families: an estimate. "
    "Unknown while a family is in use that the price table of this version lacks.",
    unit="none",
    lines=(Line(expr=f"sum({_CREDITS}) unless on () count({_UNPRICED})", legend="credits"),),
    empty="a pool's instance family has no known price",
    decimals=2,
)
COST = Listing(
    title="Cost by pool",
    meaning="Hours of nodes within the time shown, and what they cost in credits and at the price set above. "
    "Without credits: the price table of this version lacks the instance family.",
    keys={POOL: "Pool", FAMILY: "Family"},
    columns=(
        Column(title="Node hours", expr=_HOURS, unit="none", decimals=1),
        Column(
            title="Credits an hour",
            expr=f"max by ({_IN}) (spcs_pool:nodes:known{{{IN_POOLS}}} * 0 + on ({FAMILY}) group_left () {_PRICE})",
            unit="none",
            decimals=2,
        ),
        Column(title="Credits", expr=f"sum by ({_IN}) ({_CREDITS})", unit="none", decimals=2),
        Column(title="Cost", expr=f"sum by ({_IN}) ({_CREDITS}) * $price_per_credit", unit="none", decimals=2),
    ),
    links=(("Pool", "spcs-pool"),),
)
UNUSED_NOW = Signal(
    title="Requested and unused: share of all pools",
    meaning="Share of the CPU and memory of the chosen pools that is requested and was not used within an hour.",
    unit="percentunit",
    lines=tuple(
        Line(
            expr=f"sum(spcs_service:container_{kind}_requested_unused:sum{{{IN_POOLS}}})"
            f" / sum(spcs_pool:node_{kind}_capacity:sum{{{IN_POOLS}}})",
            legend=name,
        )
        for kind, name in (("cpu", "CPU"), ("memory", "memory"))
    ),
    steps=((None, "green"), (0.5, "orange")),
    decimals=0,
)
REQUESTED_UNUSED_SHARE = Signal(
    title="Memory: share of the pool requested and unused",
    meaning="Share of a pool's memory that is requested and was not used within the hour before.",
    unit="percentunit",
    lines=(
        Line(
            expr=f"sum by ({POOL}) (spcs_service:container_memory_requested_unused:sum{{{IN_POOLS}}})"
            f" / on ({POOL}) sum by ({POOL}) (spcs_pool:node_memory_capacity:sum{{{IN_POOLS}}})",
            legend=f"{{{{{POOL}}}}}",
        ),
    ),
    steps=((None, "green"), (0.5, "orange")),
)
