"""Right-sizing and cost: unused requests, suggested requests, and what the pools cost."""

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
from monitoring.signals import RESOURCES, Column, Line, Listing, Signal

_BY = f"{POOL}, {DATABASE}, {SCHEMA}, {SERVICE}, {CONTAINER}"
_HOURS = f"sum by ({POOL}, {FAMILY}) (avg_over_time(spcs_pool:nodes:count{{{IN_POOLS}}}[$__range])) * $__range_s / 3600"


def unused(kind: str) -> Signal:
    """Return the ten services that leave most of a kind unused."""
    recorded = f"spcs_service:container_{kind}_requested_unused:sum{{{IN_SERVICES}}}"
    title, unit = RESOURCES[kind]
    return Signal(
        title=f"{title}: requested and unused",
        meaning=f"{title} that a service requests and has not used within the hour before; "
        "the ten services with most of it.",
        unit=unit,
        lines=(
            Line(
                expr=f"topk(10, sum by ({OF_SERVICE}) ({recorded}))",
                legend=SERVICE_LEGEND,
            ),
        ),
    )


SUGGESTIONS = Listing(
    title="Suggested requests",
    meaning="What each container requests, its limit, and a suggested request: 1.2 times the CPU that it stays below "
    "for 95 % of a day, and 1.2 times the most memory of a day. "
    "On its first day a suggestion knows only the hours so far.",
    keys={POOL: "Pool", DATABASE: "Database", SCHEMA: "Schema", SERVICE: "Service", CONTAINER: "Container"},
    columns=(
        Column(title="CPU requested", expr=f"max by ({_BY}) (container_cpu_requested{{{IN_SERVICES}}})", decimals=2),
        Column(title="CPU limit", expr=f"max by ({_BY}) (container_cpu_limit{{{IN_SERVICES}}})", decimals=2),
        Column(
            title="CPU suggested",
            expr=f"1.2 * max by ({_BY}) (spcs_service:container_cpu_usage:p95_1d{{{IN_SERVICES}}})",
            decimals=2,
        ),
        Column(
            title="Memory requested", expr=f"max by ({_BY}) (container_memory_requested{{{IN_SERVICES}}})", unit="bytes"
        ),
        Column(title="Memory limit", expr=f"max by ({_BY}) (container_memory_limit{{{IN_SERVICES}}})", unit="bytes"),
        Column(
            title="Memory suggested",
            expr=f"1.2 * max by ({_BY}) (spcs_service:container_memory_usage:max_1d{{{IN_SERVICES}}})",
            unit="bytes",
        ),
    ),
    empty="no container has been seen for five minutes",
    links=(("Service", "spcs-service"),),
)
NODE_HOURS = Signal(
    title="Node hours in this time",
    meaning="Node hours within the time shown; a pool is billed by them.",
    unit="h",
    lines=(Line(expr=_HOURS, legend=f"{{{{{POOL}}}}} {{{{{FAMILY}}}}}"),),
    decimals=1,
)
CREDITS = Signal(
    title="Credits in this time",
    meaning="Node hours times the credits of an hour that are set above. An estimate: the account's "
    "view SNOWPARK_CONTAINER_SERVICES_HISTORY has the billed credits.",
    unit="short",
    lines=(Line(expr=f"{_HOURS} * $credits_per_node_hour", legend=f"{{{{{POOL}}}}} {{{{{FAMILY}}}}}"),),
    decimals=2,
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
