"""Tables of containers: all of them, those in each state, and those that need attention."""

from monitoring.restarts import restarted
from monitoring.selectors import CONTAINER, DATABASE, INSTANCE, NODE, POOL, SCHEMA, SERVICE
from monitoring.signals import NONE_IS_PLAIN, RESOURCES, SHARE, Column, Listing

KEYS = {
    POOL: "Pool",
    DATABASE: "Database",
    SCHEMA: "Schema",
    SERVICE: "Service",
    INSTANCE: "Instance",
    CONTAINER: "Container",
}
LINKS = (("Pool", "spcs-pool"), ("Service", "spcs-service"), ("Container", "spcs-container"))
_BY = ", ".join(KEYS)


def listing(where: str, *, limits: bool = False) -> Listing:
    """Return the containers with what they use; with limits also what they request and may use."""
    used = (
        Column(title="CPU used", expr=f"sum by ({_BY}) (container_cpu_usage{{{where}}})", decimals=3),
        Column(title="Memory used", expr=f"sum by ({_BY}) (container_memory_usage{{{where}}})", unit="bytes"),
    )
    more: tuple[Column, ...] = (
        Column(
            title="GPU in use",
            expr=f"avg by ({_BY}) (container_gpu_utilization{{{where}}})",
            unit="percentunit",
            steps=SHARE,
        ),
        Column(title="GPU memory", expr=f"sum by ({_BY}) (container_gpu_memory_usage{{{where}}})", unit="bytes"),
        Column(
            title="Restarts",
            expr=f"max by ({_BY}) (container_restarts{{{where}}})",
            unit="none",
            steps=NONE_IS_PLAIN,
        ),
    )
    if limits:
        more = (
            Column(title="CPU requested", expr=f"sum by ({_BY}) (container_cpu_requested{{{where}}})", decimals=2),
            Column(title="CPU limit", expr=f"sum by ({_BY}) (container_cpu_limit{{{where}}})", decimals=2),
            Column(
                title="Memory requested", expr=f"sum by ({_BY}) (container_memory_requested{{{where}}})", unit="bytes"
            ),
            Column(title="Memory limit", expr=f"sum by ({_BY}) (container_memory_limit{{{where}}})", unit="bytes"),
        )
    title = "Containers: used, requested, limit" if limits else "Containers"
    return Listing(
        title=title,
        meaning="Each container with what it uses now. Click on a service or container to open it.",
        keys=KEYS,
        columns=used + more,
        links=LINKS,
        first="" if limits else "Restarts",
    )


def by_state(where: str) -> Listing:
    """Return every container with the state it is in, the node it is on, and the reason."""
    keys = KEYS | {NODE: "Node", "reason": "Reason"}
    by = ", ".join(keys)
    return Listing(
        title="Containers by state and reason",
        meaning="Each container that runs, waits or has finished, with the reason where there is one.",
        keys=keys,
        columns=(
            Column(
                title="Running", expr=f"max by ({by}) (container_state_running{{{where}}})", steps=((None, "green"),)
            ),
            Column(
                title="Pending",
                expr=f"max by ({by}) (container_state_pending_reason{{{where}}})",
                steps=((None, "orange"),),
            ),
            Column(
                title="Finished",
                expr=f"max by ({by}) (container_state_last_finished_reason{{{where}}}"
                f" and ignoring (reason) container_state_finished{{{where}}})",
                steps=((None, "blue"),),
            ),
        ),
        links=(*LINKS, ("Node", "spcs-node")),
    )


def attention(where: str) -> Listing:
    """Return the containers that someone should look at: those that wait, and those that failed lately."""
    keys = KEYS | {"reason": "Reason"}
    by = ", ".join(keys)
    reason = f'container_state_last_finished_reason{{{where}, reason!="Done"}}'
    finished = f"container_state_finished{{{where}}}"
    # A reason stays for ever: recent is what restarted in the time shown, and what has ended within it for good.
    recent = f"{restarted(where, '$__range')} or ({finished} unless {finished} offset $__range)"
    failed = f"{reason} and ignoring (reason) ({recent})"
    return Listing(
        title="Needs attention",
        meaning="Containers that wait, and containers that failed in the time shown, with the reason. "
        "Click on a container to see why.",
        keys=keys,
        columns=(
            Column(
                title="Waits",
                expr=f"max by ({by}) (container_state_pending_reason{{{where}}})",
                steps=((None, "orange"),),
            ),
            Column(title="Failed", expr=f"max by ({by}) ({failed})", steps=((None, "red"),)),
        ),
        empty="no container waits and none has failed in the time shown",
        links=LINKS,
    )


def over_range(where: str) -> Listing:
    """Return the 95th percentile and the maximum of CPU and memory within the time shown.

    A table asks once; a line would ask for the whole range at each of its points.
    """
    columns = []
    for kind, (title, unit) in RESOURCES.items():
        usage = f"container_{kind}_usage{{{where}}}[$__range]"
        decimals = 3 if kind == "cpu" else None
        name = title.removesuffix(" cores")
        p95, most = f"quantile_over_time(0.95, {usage})", f"max_over_time({usage})"
        columns.append(Column(title=f"{name} p95", expr=f"max by ({_BY}) ({p95})", unit=unit, decimals=decimals))
        columns.append(Column(title=f"{name} max", expr=f"max by ({_BY}) ({most})", unit=unit, decimals=decimals))
    return Listing(
        title="Use in this time: p95 and maximum",
        meaning="CPU cores and memory that each container stays below for 95 % of the time shown, "
        "and the most it used.",
        keys=KEYS,
        columns=tuple(columns),
        links=LINKS,
    )
