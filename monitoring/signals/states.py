"""States of containers: how many run, wait or have ended, why, and how often they restarted."""

from monitoring.restarts import restarts as counted
from monitoring.selectors import CONTAINER, CONTAINER_LEGEND, OF_CONTAINER, OF_SERVICE, POOL, SERVICE_LEGEND
from monitoring.signals import NONE_IS_GOOD, Line, Signal


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
        lines=(Line(expr=f"sum({counted(where, '$__range')}) or vector(0)", legend="restarts"),),
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
