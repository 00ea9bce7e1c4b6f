"""States of containers: how many run, wait or have ended, why, and how often they restarted."""

from monitoring import restarts as events
from monitoring.selectors import (
    CONTAINER,
    CONTAINER_LEGEND,
    INSTANCE,
    OF_CONTAINER,
    OF_SERVICE,
    POOL,
    SERVICE_LEGEND,
    short,
)
from monitoring.signals import FAILED, FINISHED, NONE_IS_GOOD, PENDING, RUNNING, Line, Signal

# 0 where a chosen pool publishes: without any, how many containers there are is unknown.
_NONE = 'sum(node_cpu_capacity{snow_compute_pool_name=~"$pool"}) * 0'
# Values of the state timelines -> text and colour.
STATES = {"1": ("running", RUNNING), "2": ("pending", PENDING), "3": ("finished", FINISHED)}
WAITS = {"1": ("waits", PENDING)}
ENDS = {"1": ("done", FINISHED), "2": ("failed", FAILED)}


def services_running(where: str) -> Signal:
    """Return how many services have a container that runs."""
    return Signal(
        title="Services running",
        meaning="Services with at least one container that runs now.",
        unit="none",
        lines=(
            Line(
                expr=f"count(count by ({POOL}, {OF_SERVICE}) (container_state_running{{{where}}} == 1)) or {_NONE}",
                legend="services",
            ),
        ),
        empty="no node of what is chosen publishes",
    )


def running(where: str) -> Signal:
    """Return how many containers run."""
    return Signal(
        title="Containers running",
        meaning="Containers that run now.",
        unit="none",
        lines=(Line(expr=f"sum(container_state_running{{{where}}}) or {_NONE}", legend="running"),),
        empty="no node of what is chosen publishes",
    )


def pending(where: str) -> Signal:
    """Return how many containers wait."""
    return Signal(
        title="Containers pending",
        meaning="Containers that wait: for a node, an image, or after a failure.",
        unit="none",
        lines=(Line(expr=f"sum(container_state_pending{{{where}}}) or {_NONE}", legend="pending"),),
        empty="no node of what is chosen publishes",
        steps=NONE_IS_GOOD,
    )


def restarts(where: str) -> Signal:
    """Return how many restarts there were in the time shown."""
    return Signal(
        title="Restarts in this time",
        meaning="Restarts of containers within the time shown.",
        unit="none",
        lines=(Line(expr=f"sum({events.restarts(where, '$__range')}) or {_NONE}", legend="restarts"),),
        empty="no node of what is chosen publishes",
        steps=NONE_IS_GOOD,
        decimals=0,
    )


def restarted(where: str) -> Signal:
    """Return how many containers restarted in the time shown."""
    return Signal(
        title="Containers that restarted",
        meaning="Containers that restarted within the time shown. How often is on the board of each pool.",
        unit="none",
        lines=(Line(expr=f"count({events.restarted(where, '$__range')}) or {_NONE}", legend="restarted"),),
        empty="no node of what is chosen publishes",
        steps=NONE_IS_GOOD,
    )


def states(where: str) -> Signal:
    """Return containers by state over time."""
    of = {state: f"sum(container_state_{state}{{{where}}})" for state in ("running", "started", "pending", "finished")}
    return Signal(
        title="Containers by state",
        meaning="How many containers run, have started and do not run yet, wait, or have finished.",
        unit="none",
        lines=(
            Line(expr=of["running"], legend="running", color=RUNNING),
            Line(
                expr=f"clamp_min({of['started']} - ({of['running']} or {_NONE}), 0)",
                legend="starting",
                color="light-green",
            ),
            Line(expr=of["pending"], legend="pending", color=PENDING),
            Line(expr=of["finished"], legend="finished", color=FINISHED),
        ),
        decimals=0,
    )


def services_by_state(where: str) -> Signal:
    """Return how many services have a container in each state."""
    names = {"running": RUNNING, "pending": PENDING, "finished": FINISHED}
    return Signal(
        title="Services by state",
        meaning="Services with at least one container in each state.",
        unit="none",
        lines=tuple(
            Line(
                expr=f"count(max by ({POOL}, {OF_SERVICE}) (container_state_{state}{{{where}}}))",
                legend=state,
                color=color,
            )
            for state, color in names.items()
        ),
        decimals=0,
    )


def reasons(where: str) -> Signal:
    """Return why containers wait, and why they ended."""
    return Signal(
        title="Why containers wait or ended",
        meaning="Reasons of pending containers, and reasons other than Done of those that finished last.",
        unit="none",
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


def waits_by_container(where: str) -> Signal:
    """Return the containers that wait, each with its reason."""
    query = f"max by ({OF_CONTAINER}, reason) (container_state_pending_reason{{{where}}})"
    return Signal(
        title="Pending containers by reason",
        meaning="Twenty containers that wait, each with its reason.",
        unit="none",
        lines=(Line(expr=f"topk(20, {query})", legend=f"{{{{reason}}}}: {short(where, CONTAINER_LEGEND)}"),),
        empty="no container waits",
    )


def ends_by_container(where: str) -> Signal:
    """Return why containers ended: 1 for those that were done, 2 for those that failed."""
    reason = "container_state_last_finished_reason"
    done, failed = (f'max by ({OF_CONTAINER}, reason) ({reason}{{{where}, reason{way}"Done"}})' for way in ("=", "!="))
    return Signal(
        title="Last finished reason",
        meaning="Why each container ended last; it may have run again since.",
        unit="none",
        lines=(
            Line(expr=f"topk(20, {failed} * 2 or {done})", legend=f"{{{{reason}}}}: {short(where, CONTAINER_LEGEND)}"),
        ),
        empty="no container has ended",
    )


def instances(where: str) -> Signal:
    """Return the instances whose containers all run, and those that there are."""
    of = f"{POOL}, {OF_SERVICE}, {INSTANCE}"
    wanted = f"count by ({of}) (container_cpu_limit{{{where}}})"
    running = f"sum by ({of}) (container_state_running{{{where}}})"
    return Signal(
        title="Instances: running, there",
        meaning="Instances of which every container runs, and those that there are in any state. "
        "MIN_INSTANCES of a service is published nowhere.",
        unit="none",
        lines=(
            Line(expr=f"count({running} >= {wanted}) or count({wanted}) * 0", legend="running"),
            Line(expr=f"count({wanted})", legend="there"),
        ),
        empty="no container of what is chosen is there",
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
                legend=short(where, CONTAINER_LEGEND),
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
        unit="none",
        lines=(
            Line(
                expr=f"max by ({OF_SERVICE}, {CONTAINER}) (spcs_service:container_restarts:increase1h{{{where}}})",
                legend=short(where, f"{SERVICE_LEGEND}.{{{{{CONTAINER}}}}}"),
            ),
        ),
        decimals=0,
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
        lines=(Line(expr=state, legend=short(where, CONTAINER_LEGEND)),),
    )
