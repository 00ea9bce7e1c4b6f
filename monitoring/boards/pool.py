"""SPCS / Pool: what the chosen compute pools offer, what runs in them, and what does not."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import P
from monitoring.signals import containers, gpus, network, pools, states, volumes

POOL = Board(
    uid="spcs-pool",
    title="SPCS / Pool",
    description="Compute pools: nodes, capacity, what runs, what waits and why.",
    rows=(
        Row(
            "Now",
            (
                Number(pools.NODES),
                Number(states.services_running(P)),
                Number(states.running(P)),
                Number(states.pending(P)),
                Number(states.restarts(P)),
                Number(network.denied_in_range(P)),
            ),
        ),
        Row(
            "Services and containers",
            (
                Lines(states.services_by_state(P)),
                Lines(states.states(P)),
                Lines(states.reasons(P), stacked=True),
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
                Lines(gpus.time_in_use(P), width=8),
                Lines(gpus.memory(P), width=8),
                Lines(gpus.requested(P), width=8),
            ),
        ),
        Row(
            "Block storage",
            (
                Lines(volumes.share(P), width=8),
                Lines(volumes.flow(P, "throughput"), width=8),
                Lines(volumes.flow(P, "iops"), width=8),
            ),
        ),
        Row(
            "Network",
            (
                Lines(network.egress_of_nodes(P, "bytes"), width=8),
                Lines(network.egress_of_nodes(P, "packets"), width=8),
                Lines(network.denied(P), width=8),
            ),
        ),
    ),
    variables=("pool",),
)
