"""SPCS / Container: one container over its instances: what it did, what it used, how it ended."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row, Timeline
from monitoring.selectors import CONTAINER as CONTAINER_LABEL
from monitoring.selectors import DATABASE, POOL, SCHEMA, SERVICE, V, matchers
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
                Timeline(states.timeline(V), states=STATES),
                Number(states.running(V), width=8),
                Number(states.pending(V), width=8),
                Number(states.restarts(V), width=8),
                Lines(states.restarts_over_time(RECORDED), width=8),
                Lines(states.reasons_by_container(V, "last_finished"), width=8),
                Lines(states.exit_codes(V), width=8),
            ),
        ),
        Row(
            "What it used",
            (
                Lines(usage.use(V, "cpu")),
                Lines(usage.use(V, "memory")),
                Grid(containers.over_range(V)),
                Lines(usage.share(V, "cpu", "limit")),
                Lines(usage.share(V, "memory", "limit")),
                Lines(gpus.time_in_use_by_container(V)),
                Lines(gpus.memory_by_container(V)),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service", "container", "instance"),
)
