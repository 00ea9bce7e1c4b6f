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
            "Now",
            (
                Number(states.instances(IN_SERVICE), width=6),
                Number(states.pending(IN_SERVICE)),
                Number(states.restarts(IN_SERVICE)),
                Number(usage.highest_share(IN_SERVICE, "cpu"), width=5),
                Number(usage.highest_share(IN_SERVICE, "memory"), width=5),
                Lines(usage.use(IN_SERVICE, "cpu")),
                Lines(usage.use(IN_SERVICE, "memory")),
                Timeline(states.timeline(IN_SERVICE), states=states.STATES, width=12, height=9),
                Timeline(states.waits_by_container(IN_SERVICE), states=states.WAITS, width=12, height=9),
            ),
        ),
        Row(
            "States and reasons",
            (
                Number(states.services_running(IN_SERVICE), width=6, height=8),
                Lines(states.states(IN_SERVICE), width=9),
                Lines(states.exit_codes(IN_SERVICE), width=9),
                Timeline(states.ends_by_container(IN_SERVICE), states=states.ENDS),
            ),
        ),
        Row(
            "Shares",
            (
                Grid(containers.listing(IN_SERVICE, limits=True)),
                Lines(usage.share(IN_SERVICE, "cpu", "limit")),
                Lines(usage.share(IN_SERVICE, "memory", "limit")),
                Lines(usage.share(IN_SERVICE, "cpu", "request")),
                Lines(usage.share(IN_SERVICE, "memory", "request")),
            ),
        ),
        Row("GPU", (Lines(gpus.time_in_use_by_container(IN_SERVICE)), Lines(gpus.memory_by_container(IN_SERVICE)))),
        Row(
            "Block storage",
            (
                Lines(volumes.share(IN_SERVICE), width=8),
                Lines(volumes.flow(IN_SERVICE, "throughput"), width=8),
                Lines(volumes.flow(IN_SERVICE, "iops"), width=8),
            ),
        ),
        Row(
            "Network",
            (
                Lines(network.egress(IN_SERVICE, "bytes"), width=8),
                Lines(network.egress(IN_SERVICE, "packets"), width=8),
                Lines(network.denied(IN_SERVICE), width=8),
                Lines(network.ingress(IN_SERVICE, "connections_active")),
                Lines(network.ingress(IN_SERVICE, "cps")),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service"),
    single=("database", "schema", "service"),
)
