"""Containers: their states and reasons, what they use against requests and limits, and what became of them."""

from monitoring.selectors import (
    CONTAINER,
    CONTAINER_LEGEND,
    DATABASE,
    INSTANCE,
    NODE,
    OF_CONTAINER,
    OF_SERVICE,
    POOL,
    SCHEMA,
    SERVICE,
    SERVICE_LEGEND,
)
from monitoring.signals import NONE_IS_GOOD, SHARE, Column, Line, Listing, Signal

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
_WARN = ((None, "text"), (1, "orange"))
_TITLES = {"cpu": ("CPU cores", "short"), "memory": ("Memory", "bytes")}


def services_running(where: str) -> Signal:
    """Return how many services have a container that runs."""
    return Signal(
        title="Services running",
        meaning="Services with at least one container that runs now.",
        unit="short",
        lines=(
            Line(
                expr=f"count(count by ({POOL}, {OF_SERVICE}) (container_state_running{{{where}}} == 1))",
                legend="services",
            ),
        ),
        empty="no container runs in what is chosen",
    )


def running(where: str) -> Signal:
    """Return how many containers run."""
    return Signal(
        title="Containers running",
        meaning="Containers that run now.",
        unit="short",
        lines=(Line(expr=f"sum(container_state_running{{{where}}}) or vector(0)", legend="running"),),
    )


def pending(where: str) -> Signal:
    """Return how many containers wait."""
    return Signal(
        title="Containers pending",
        meaning="Containers that wait: for a node, an image, or after a failure.",
        unit="short",
        lines=(Line(expr=f"sum(container_state_pending{{{where}}}) or vector(0)", legend="pending"),),
        steps=NONE_IS_GOOD,
    )


def restarts(where: str) -> Signal:
    """Return how many restarts there were in the time shown."""
    return Signal(
        title="Restarts in this time",
        meaning="Restarts of containers within the time shown.",
        unit="short",
        lines=(
            Line(expr=f"sum(ceil(increase(container_restarts{{{where}}}[$__range]))) or vector(0)", legend="restarts"),
        ),
        steps=NONE_IS_GOOD,
        decimals=0,
    )


def states(where: str) -> Signal:
    """Return containers by state over time."""
    names = ("running", "started", "pending", "finished")
    return Signal(
        title="Containers by state",
        meaning="How many containers run, have started, wait or have finished.",
        unit="short",
        lines=tuple(Line(expr=f"sum(container_state_{state}{{{where}}})", legend=state) for state in names),
        decimals=0,
    )


def services_by_state(where: str) -> Signal:
    """Return how many services have a container in each state."""
    names = ("running", "pending", "finished")
    return Signal(
        title="Services by state",
        meaning="Services with at least one container in each state.",
        unit="short",
        lines=tuple(
            Line(expr=f"count(max by ({POOL}, {OF_SERVICE}) (container_state_{state}{{{where}}}))", legend=state)
            for state in names
        ),
        decimals=0,
    )


def reasons(where: str) -> Signal:
    """Return why containers wait, and why they ended."""
    return Signal(
        title="Why containers wait or ended",
        meaning="Reasons of pending containers, and reasons other than Done of those that finished last.",
        unit="short",
        lines=(
            Line(expr=f"sum by (reason) (container_state_pending_reason{{{where}}})", legend="pending: {{reason}}"),
            Line(
                expr=f'sum by (reason) (container_state_last_finished_reason{{{where}, reason!="Done"}})',
                legend="last finished: {{reason}}",
            ),
        ),
        empty="no container waits and none has failed",
        decimals=0,
    )


def reasons_by_container(where: str, kind: str) -> Signal:
    """Return the containers that wait (kind pending) or ended (last_finished), each with its reason."""
    title = {"pending": "Pending containers by reason", "last_finished": "Last finished reason"}[kind]
    meaning = {
        "pending": "The twenty containers that wait, each with its reason.",
        "last_finished": "Why each container ended last; it may have run again since.",
    }[kind]
    return Signal(
        title=title,
        meaning=meaning,
        unit="short",
        lines=(
            Line(
                expr=f"topk(20, max by ({OF_CONTAINER}, reason) (container_state_{kind}_reason{{{where}}}))",
                legend=f"{{{{reason}}}}: {CONTAINER_LEGEND}",
            ),
        ),
        empty={"pending": "no container waits", "last_finished": "no container has ended"}[kind],
        decimals=0,
    )


def exit_codes(where: str) -> Signal:
    """Return the exit codes of containers that ended."""
    return Signal(
        title="Last exit code",
        meaning="Exit code with which each container ended last; 137 is a kill, often for memory.",
        unit="none",
        lines=(
            Line(
                expr=f"max by ({OF_CONTAINER}) (container_state_last_finished_exitcode{{{where}}})",
                legend=CONTAINER_LEGEND,
            ),
        ),
        empty="no container has ended",
        decimals=0,
    )


def restarts_over_time(where: str) -> Signal:
    """Return the restarts of each container within an hour."""
    return Signal(
        title="Restarts within an hour",
        meaning="Restarts of a service's container within the hour before, over all instances.",
        unit="short",
        lines=(
            Line(
                expr=f"max by ({OF_SERVICE}, {CONTAINER}) (spcs_service:container_restarts:increase1h{{{where}}})",
                legend=f"{SERVICE_LEGEND}.{{{{{CONTAINER}}}}}",
            ),
        ),
        decimals=0,
    )


def use(where: str, kind: str) -> Signal:
    """Return what each container uses of a kind, with the lowest request and limit of its service's container."""
    title, unit = _TITLES[kind]
    bound = f"{SERVICE_LEGEND}.{{{{{CONTAINER}}}}}"
    return Signal(
        title=f"{title}: used, requested, limit",
        meaning=f"{title} that each container uses; dashed are its request and its limit, which is the node's capacity when "
        "the service sets none.",
        unit=unit,
        lines=(
            Line(expr=f"sum by ({OF_CONTAINER}) (container_{kind}_usage{{{where}}})", legend=CONTAINER_LEGEND),
            Line(
                expr=f"min by ({OF_SERVICE}, {CONTAINER}) (container_{kind}_requested{{{where}}})",
                legend=f"{bound} request",
                dashed=True,
            ),
            Line(
                expr=f"min by ({OF_SERVICE}, {CONTAINER}) (container_{kind}_limit{{{where}}})",
                legend=f"{bound} limit",
                dashed=True,
            ),
        ),
    )


def share(where: str, kind: str, of: str) -> Signal:
    """Return the share of its limit or request (of) that each container uses."""
    title = _TITLES[kind][0].removesuffix(" cores")
    if of == "limit":
        expr = f"max by ({OF_CONTAINER}) (spcs_container:container_{kind}_usage:ratio_limit{{{where}}})"
        meaning = "near 1 the container is slowed down" if kind == "cpu" else "at 1 the container is killed"
    else:
        expr = (
            f"max by ({OF_CONTAINER}) (container_{kind}_usage{{{where}}})"
            f" / (max by ({OF_CONTAINER}) (container_{kind}_requested{{{where}}}) > 0)"
        )
        meaning = "well below 1 more is reserved than needed, above 1 the container relies on what others leave"
    return Signal(
        title=f"{title}: share of its {of}",
        meaning=f"Share of its {title} {of} that each container uses; {meaning}.",
        unit="percentunit",
        lines=(Line(expr=expr, legend=CONTAINER_LEGEND),),
        steps=SHARE if of == "limit" else ((None, "green"), (1, "orange")),
        bounded=of == "limit",
    )


def over_range(where: str) -> Listing:
    """Return the 95th percentile and the maximum of CPU and memory within the time shown.

    A table asks once; a line would ask for the whole range at each of its points.
    """
    columns = []
    for kind, (title, unit) in _TITLES.items():
        usage = f"container_{kind}_usage{{{where}}}[$__range]"
        decimals = 3 if kind == "cpu" else None
        name = title.removesuffix(" cores")
        p95, most = f"quantile_over_time(0.95, {usage})", f"max_over_time({usage})"
        columns.append(Column(title=f"{name} p95", expr=f"max by ({_BY}) ({p95})", unit=unit, decimals=decimals))
        columns.append(Column(title=f"{name} max", expr=f"max by ({_BY}) ({most})", unit=unit, decimals=decimals))
    return Listing(
        title="Use in this time: p95 and maximum",
        meaning="CPU cores and memory that each container stays below for 95 % of the time shown, and the most it used.",
        keys=KEYS,
        columns=tuple(columns),
        links=LINKS,
    )


def timeline(where: str) -> Signal:
    """Return the state of each container over time as a number: 1 running, 2 pending, 3 finished."""
    state = (
        f"max by ({OF_CONTAINER}) (container_state_running{{{where}}})"
        f" or max by ({OF_CONTAINER}) (container_state_pending{{{where}}} * 2)"
        f" or max by ({OF_CONTAINER}) (container_state_finished{{{where}}} * 3)"
    )
    return Signal(
        title="State over time",
        meaning="What each container did: running, pending, or finished.",
        unit="none",
        lines=(Line(expr=state, legend=CONTAINER_LEGEND),),
    )


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
        Column(title="Restarts", expr=f"max by ({_BY}) (container_restarts{{{where}}})", steps=_WARN),
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
    """Return the containers that someone should look at: those that wait, and those that failed last."""
    keys = KEYS | {"reason": "Reason"}
    by = ", ".join(keys)
    failed = f'container_state_last_finished_reason{{{where}, reason!="Done"}}'
    return Listing(
        title="Needs attention",
        meaning="Containers that wait, and containers whose last end was a failure, with the reason. Click on a container to "
        "see why.",
        keys=keys,
        columns=(
            Column(
                title="Waits",
                expr=f"max by ({by}) (container_state_pending_reason{{{where}}})",
                steps=((None, "orange"),),
            ),
            Column(title="Failed last", expr=f"max by ({by}) ({failed})", steps=((None, "red"),)),
        ),
        empty="no container waits and none has failed: all is well",
        links=LINKS,
    )
