"""SPCS / Container: one container over its instances: what it did, what it used, how it ended."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row, Timeline
from monitoring.selectors import CONTAINER as CONTAINER_LABEL
from monitoring.selectors import DATABASE, IN_CONTAINERS, POOL, SCHEMA, SERVICE, matchers
from monitoring.signals import containers, gpus, states, usage

# The recorded restarts are of a service's container, over its instances.
RECORDED = matchers(POOL, DATABASE, SCHEMA, SERVICE, CONTAINER_LABEL)
STATES = {"1": ("running", "green"), "2": ("pending", "orange"), "3": ("finished", "blue")}

CONTAINER = Board(
    uid="spcs-container",
    title="SPCS / Container",
    description="A container over its instances: states, restarts, use against request and limit.",
    rows=(
        Row(
            "What it did",
            (
                Timeline(states.timeline(IN_CONTAINERS), states=STATES),
                Number(states.running(IN_CONTAINERS), width=8),
                Number(states.pending(IN_CONTAINERS), width=8),
                Number(states.restarts(IN_CONTAINERS), width=8),
                Lines(states.restarts_over_time(RECORDED), width=8),
                Lines(states.reasons_by_container(IN_CONTAINERS, "last_finished"), width=8),
                Lines(states.exit_codes(IN_CONTAINERS), width=8),
            ),
        ),
        Row(
            "What it used",
            (
                Lines(usage.use(IN_CONTAINERS, "cpu")),
                Lines(usage.use(IN_CONTAINERS, "memory")),
                Grid(containers.over_range(IN_CONTAINERS)),
                Lines(usage.share(IN_CONTAINERS, "cpu", "limit")),
                Lines(usage.share(IN_CONTAINERS, "memory", "limit")),
                Lines(gpus.time_in_use_by_container(IN_CONTAINERS)),
                Lines(gpus.memory_by_container(IN_CONTAINERS)),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service", "container", "instance"),
    single=("container",),
)
