"""SPCS / Service: what one service does, uses and waits for."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row, Timeline
from monitoring.selectors import IN_SERVICE
from monitoring.signals import containers, gpus, network, states, usage, volumes

SERVICE = Board(
    uid="spcs-service",
    title="SPCS / Service",
    description="One service: instances, why they wait or ended, and use against requests and limits.",
    rows=(
        Row(
            title="Now",
            panels=(
                Number(signal=states.instances(IN_SERVICE), width=6),
                Number(signal=states.pending(IN_SERVICE)),
                Number(signal=states.restarts(IN_SERVICE)),
                Number(signal=usage.highest_share(IN_SERVICE, "cpu"), width=5),
                Number(signal=usage.highest_share(IN_SERVICE, "memory"), width=5),
                Lines(signal=usage.use(IN_SERVICE, "cpu"), height=9),
                Lines(signal=usage.use(IN_SERVICE, "memory"), height=9),
                Timeline(signal=states.timeline(IN_SERVICE), states=states.STATES, width=12),
                Timeline(signal=states.waits_by_container(IN_SERVICE), states=states.WAITS, width=12),
            ),
        ),
        Row(
            title="States and reasons",
            panels=(
                Number(signal=states.services_running(IN_SERVICE), width=6, height=8),
                Lines(signal=states.states(IN_SERVICE), width=9),
                Lines(signal=states.exit_codes(IN_SERVICE), width=9),
                Timeline(signal=states.ends_by_container(IN_SERVICE), states=states.ENDS),
            ),
        ),
        Row(
            title="Shares",
            panels=(
                Grid(listing=containers.listing(IN_SERVICE, limits=True)),
                Lines(signal=usage.share(IN_SERVICE, "cpu", "limit")),
                Lines(signal=usage.share(IN_SERVICE, "memory", "limit")),
                Lines(signal=usage.share(IN_SERVICE, "cpu", "request")),
                Lines(signal=usage.share(IN_SERVICE, "memory", "request")),
            ),
        ),
        Row(
            title="GPU",
            panels=(
                Lines(signal=gpus.time_in_use_by_container(IN_SERVICE)),
                Lines(signal=gpus.memory_by_container(IN_SERVICE)),
            ),
        ),
        Row(
            title="Block storage",
            panels=(
                Lines(signal=volumes.share(IN_SERVICE), width=8),
                Lines(signal=volumes.flow(IN_SERVICE, "throughput"), width=8),
                Lines(signal=volumes.flow(IN_SERVICE, "iops"), width=8),
            ),
        ),
        Row(
            title="Network",
            panels=(
                Lines(signal=network.egress(IN_SERVICE, "bytes"), width=8),
                Lines(signal=network.egress(IN_SERVICE, "packets"), width=8),
                Lines(signal=network.denied(IN_SERVICE), width=8),
                Lines(signal=network.ingress(IN_SERVICE, "connections_active")),
                Lines(signal=network.ingress(IN_SERVICE, "cps")),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service"),
    single=("database", "schema", "service"),
    links=(("Applications", "spcs-applications"), ("LLM serving", "spcs-llm")),
)
