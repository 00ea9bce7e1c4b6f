"""SPCS / Container: one container over its instances: what it did, what it used, how it ended."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row, Timeline
from monitoring.selectors import CONTAINER as CONTAINER_LABEL
from monitoring.selectors import DATABASE, POOL, SCHEMA, SERVICE, V, matchers
from monitoring.signals import containers, devices

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
                Timeline(containers.timeline(V), states=STATES),
                Number(containers.running(V), width=8),
                Number(containers.pending(V), width=8),
                Number(containers.restarts(V), width=8),
                Lines(containers.restarts_over_time(RECORDED), width=8),
                Lines(containers.reasons_by_container(V, "last_finished"), width=8),
                Lines(containers.exit_codes(V), width=8),
            ),
        ),
        Row(
            "What it used",
            (
                Lines(containers.use(V, "cpu")),
                Lines(containers.use(V, "memory")),
                Grid(containers.over_range(V)),
                Lines(containers.share(V, "cpu", "limit")),
                Lines(containers.share(V, "memory", "limit")),
                Lines(devices.gpu_use_of_containers(V)),
                Lines(devices.gpu_memory_of_containers(V)),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service", "container", "instance"),
)
