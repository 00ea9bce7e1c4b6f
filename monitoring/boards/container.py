"""SPCS / Container: one container over its instances: what it did, what it used, how it ended."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row, Timeline
from monitoring.selectors import IN_CONTAINER, OF_ONE_CONTAINER
from monitoring.signals import containers, gpus, states, usage

CONTAINER = Board(
    uid="spcs-container",
    title="SPCS / Container",
    description="A container over its instances: states, restarts, use against request and limit.",
    rows=(
        Row(
            title="Now",
            panels=(
                Number(signal=states.running(IN_CONTAINER)),
                Number(signal=states.pending(IN_CONTAINER)),
                Number(signal=states.restarts(IN_CONTAINER)),
                Number(signal=usage.highest_share(IN_CONTAINER, "cpu"), width=6),
                Number(signal=usage.highest_share(IN_CONTAINER, "memory"), width=6),
                Lines(signal=usage.use(IN_CONTAINER, "cpu"), height=9),
                Lines(signal=usage.use(IN_CONTAINER, "memory"), height=9),
                Timeline(signal=states.timeline(IN_CONTAINER), states=states.STATES, width=12),
                Timeline(signal=states.ends_by_container(IN_CONTAINER), states=states.ENDS, width=12),
            ),
        ),
        Row(
            title="How it ended",
            panels=(
                # Recorded restarts are of a service's container, over its instances.
                Lines(signal=states.restarts_over_time(OF_ONE_CONTAINER)),
                Lines(signal=states.exit_codes(IN_CONTAINER)),
            ),
        ),
        Row(
            title="What it used",
            panels=(
                Grid(listing=containers.over_range(IN_CONTAINER)),
                Lines(signal=usage.share(IN_CONTAINER, "cpu", "limit")),
                Lines(signal=usage.share(IN_CONTAINER, "memory", "limit")),
                Lines(signal=gpus.time_in_use_by_container(IN_CONTAINER)),
                Lines(signal=gpus.memory_by_container(IN_CONTAINER)),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service", "container", "instance"),
    single=("database", "schema", "service", "container"),
    links=(("Applications", "spcs-applications"), ("LLM serving", "spcs-llm")),
)
