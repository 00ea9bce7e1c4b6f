"""SPCS / Service: what the chosen services do, use and wait for."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import IN_SERVICES
from monitoring.signals import containers, gpus, network, states, usage, volumes

SERVICE = Board(
    uid="spcs-service",
    title="SPCS / Service",
    description="Services: instances, why they wait or ended, and use against requests and limits.",
    rows=(
        Row(
            "Now",
            (
                Number(states.services_running(IN_SERVICES), width=6),
                Number(states.running(IN_SERVICES), width=6),
                Number(states.pending(IN_SERVICES), width=6),
                Number(states.restarts(IN_SERVICES), width=6),
            ),
        ),
        Row(
            "States and reasons",
            (
                Lines(states.states(IN_SERVICES)),
                Lines(states.reasons_by_container(IN_SERVICES, "pending")),
                Lines(states.reasons_by_container(IN_SERVICES, "last_finished")),
                Lines(states.exit_codes(IN_SERVICES)),
            ),
        ),
        Row(
            "CPU and memory",
            (
                Grid(containers.listing(IN_SERVICES, limits=True)),
                Lines(usage.use(IN_SERVICES, "cpu")),
                Lines(usage.use(IN_SERVICES, "memory")),
                Lines(usage.share(IN_SERVICES, "cpu", "limit")),
                Lines(usage.share(IN_SERVICES, "memory", "limit")),
                Lines(usage.share(IN_SERVICES, "cpu", "request")),
                Lines(usage.share(IN_SERVICES, "memory", "request")),
            ),
        ),
        Row("GPU", (Lines(gpus.time_in_use_by_container(IN_SERVICES)), Lines(gpus.memory_by_container(IN_SERVICES)))),
        Row(
            "Block storage",
            (
                Lines(volumes.share(IN_SERVICES), width=8),
                Lines(volumes.flow(IN_SERVICES, "throughput"), width=8),
                Lines(volumes.flow(IN_SERVICES, "iops"), width=8),
            ),
        ),
        Row(
            "Network",
            (
                Lines(network.egress(IN_SERVICES, "bytes"), width=8),
                Lines(network.egress(IN_SERVICES, "packets"), width=8),
                Lines(network.denied(IN_SERVICES), width=8),
                Lines(network.ingress(IN_SERVICES, "connections_active")),
                Lines(network.ingress(IN_SERVICES, "cps")),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service"),
    single=("service",),
)
