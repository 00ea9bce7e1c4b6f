"""SPCS / Service: what the chosen services do, use and wait for."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import S
from monitoring.signals import containers, devices

SERVICE = Board(
    uid="spcs-service",
    title="SPCS / Service",
    description="Services: instances, why they wait or ended, and use against requests and limits.",
    rows=(
        Row(
            "Now",
            (
                Number(containers.services_running(S), width=6),
                Number(containers.running(S), width=6),
                Number(containers.pending(S), width=6),
                Number(containers.restarts(S), width=6),
            ),
        ),
        Row(
            "States and reasons",
            (
                Lines(containers.states(S)),
                Lines(containers.reasons_by_container(S, "pending")),
                Lines(containers.reasons_by_container(S, "last_finished")),
                Lines(containers.exit_codes(S)),
            ),
        ),
        Row(
            "CPU and memory",
            (
                Grid(containers.listing(S, limits=True)),
                Lines(containers.use(S, "cpu")),
                Lines(containers.use(S, "memory")),
                Lines(containers.share(S, "cpu", "limit")),
                Lines(containers.share(S, "memory", "limit")),
                Lines(containers.share(S, "cpu", "request")),
                Lines(containers.share(S, "memory", "request")),
            ),
        ),
        Row("GPU", (Lines(devices.gpu_use_of_containers(S)), Lines(devices.gpu_memory_of_containers(S)))),
        Row(
            "Block storage",
            (
                Lines(devices.volume_share(S), width=8),
                Lines(devices.volume_flow(S, "throughput"), width=8),
                Lines(devices.volume_flow(S, "iops"), width=8),
            ),
        ),
        Row(
            "Network",
            (
                Lines(devices.egress(S, "bytes"), width=8),
                Lines(devices.egress(S, "packets"), width=8),
                Lines(devices.denied(S), width=8),
                Lines(devices.ingress(S, "connections_active")),
                Lines(devices.ingress(S, "cps")),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service"),
)
