"""SPCS / Pool: what the chosen compute pools offer, what runs in them, and what does not."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import P
from monitoring.signals import containers, devices, pools

POOL = Board(
    "spcs-pool",
    "SPCS / Pool",
    "Compute pools: nodes, capacity, what runs, what waits and why.",
    (
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
                Lines(pools.NODES_OVER_TIME, 6),
                Lines(pools.DISCOVERED, 6),
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
                Lines(devices.gpu_use(P), 8),
                Lines(devices.gpu_memory(P), 8),
                Lines(devices.gpus_requested(P), 8),
            ),
        ),
        Row(
            "Block storage",
            (
                Lines(devices.volume_share(P), 8),
                Lines(devices.volume_flow(P, "throughput"), 8),
                Lines(devices.volume_flow(P, "iops"), 8),
            ),
        ),
        Row(
            "Network",
            (
                Lines(devices.egress_of_nodes(P, "bytes"), 8),
                Lines(devices.egress_of_nodes(P, "packets"), 8),
                Lines(devices.denied(P), 8),
            ),
        ),
    ),
    ("pool",),
)
