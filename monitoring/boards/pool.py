"""SPCS / Pool: what the chosen compute pools offer, what runs in them, and what does not."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import P
from monitoring.signals import containers, devices, pools

POOL = Board(
    uid="spcs-pool",
    title="SPCS / Pool",
    description="Compute pools: nodes, capacity, what runs, what waits and why.",
    rows=(
        Row(
            "Now",
            (
                Number(pools.NODES),
                Number(containers.services_running(P)),
                Number(containers.running(P)),
                Number(containers.pending(P)),
                Number(containers.restarts(P)),
                Number(devices.denied_in_range(P)),
            ),
        ),
        Row(
            "Services and containers",
            (
                Lines(containers.services_by_state(P)),
                Lines(containers.states(P)),
                Lines(containers.reasons(P), stacked=True),
                Lines(pools.NODES_OVER_TIME, width=6),
                Lines(pools.DISCOVERED, width=6),
                Grid(containers.by_state(P)),
                Grid(containers.listing(P)),
            ),
        ),
        Row(
            "Capacity",
            (
                Lines(pools.use_of_pools("cpu")),
                Lines(pools.use_of_pools("memory")),
                Lines(pools.free_of_pools("cpu")),
                Lines(pools.free_of_pools("memory")),
            ),
        ),
        Row(
            "GPU",
            (
                Lines(devices.gpu_use(P), width=8),
                Lines(devices.gpu_memory(P), width=8),
                Lines(devices.gpus_requested(P), width=8),
            ),
        ),
        Row(
            "Block storage",
            (
                Lines(devices.volume_share(P), width=8),
                Lines(devices.volume_flow(P, "throughput"), width=8),
                Lines(devices.volume_flow(P, "iops"), width=8),
            ),
        ),
        Row(
            "Network",
            (
                Lines(devices.egress_of_nodes(P, "bytes"), width=8),
                Lines(devices.egress_of_nodes(P, "packets"), width=8),
                Lines(devices.denied(P), width=8),
            ),
        ),
    ),
    variables=("pool",),
)
