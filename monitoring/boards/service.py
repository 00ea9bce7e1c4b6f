"""SPCS / Service: what the chosen services do, use and wait for."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import S
from monitoring.signals import containers, gpus, network, states, usage, volumes

SERVICE = Board(
    uid="spcs-service",
    title="SPCS / Service",
    description="Services: instances, why they wait or ended, and use against requests and limits.",
    rows=(
        Row(
            "Now",
            (
                Number(states.services_running(S), width=6),
                Number(states.running(S), width=6),
                Number(states.pending(S), width=6),
                Number(states.restarts(S), width=6),
            ),
        ),
        Row(
            "States and reasons",
            (
                Lines(states.states(S)),
                Lines(states.reasons_by_container(S, "pending")),
                Lines(states.reasons_by_container(S, "last_finished")),
                Lines(states.exit_codes(S)),
            ),
        ),
        Row(
            "CPU and memory",
            (
                Grid(containers.listing(S, limits=True)),
                Lines(usage.use(S, "cpu")),
                Lines(usage.use(S, "memory")),
                Lines(usage.share(S, "cpu", "limit")),
                Lines(usage.share(S, "memory", "limit")),
                Lines(usage.share(S, "cpu", "request")),
                Lines(usage.share(S, "memory", "request")),
            ),
        ),
        Row("GPU", (Lines(gpus.time_in_use_by_container(S)), Lines(gpus.memory_by_container(S)))),
        Row(
            "Block storage",
            (
                Lines(volumes.share(S), width=8),
                Lines(volumes.flow(S, "throughput"), width=8),
                Lines(volumes.flow(S, "iops"), width=8),
            ),
        ),
        Row(
            "Network",
            (
                Lines(network.egress(S, "bytes"), width=8),
                Lines(network.egress(S, "packets"), width=8),
                Lines(network.denied(S), width=8),
                Lines(network.ingress(S, "connections_active")),
                Lines(network.ingress(S, "cps")),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service"),
)
