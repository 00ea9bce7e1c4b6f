"""SPCS / Pool: what the chosen compute pools offer, what runs in them, and what does not."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import IN_POOLS
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
                Number(states.services_running(IN_POOLS)),
                Number(states.running(IN_POOLS)),
                Number(states.pending(IN_POOLS)),
                Number(states.restarts(IN_POOLS)),
                Number(network.denied_in_range(IN_POOLS)),
            ),
        ),
        Row(
            "Services and containers",
            (
                Lines(states.services_by_state(IN_POOLS)),
                Lines(states.states(IN_POOLS)),
                Lines(states.reasons(IN_POOLS), stacked=True),
                Lines(pools.NODES_OVER_TIME, width=6),
                Lines(pools.DISCOVERED, width=6),
                Grid(containers.by_state(IN_POOLS)),
                Grid(containers.listing(IN_POOLS)),
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
                Lines(gpus.time_in_use(IN_POOLS), width=8),
                Lines(gpus.memory(IN_POOLS), width=8),
                Lines(gpus.requested(IN_POOLS), width=8),
            ),
        ),
        Row(
            "Block storage",
            (
                Lines(volumes.share(IN_POOLS), width=8),
                Lines(volumes.flow(IN_POOLS, "throughput"), width=8),
                Lines(volumes.flow(IN_POOLS, "iops"), width=8),
            ),
        ),
        Row(
            "Network",
            (
                Lines(network.egress_of_nodes(IN_POOLS, "bytes"), width=8),
                Lines(network.egress_of_nodes(IN_POOLS, "packets"), width=8),
                Lines(network.denied(IN_POOLS), width=8),
            ),
        ),
    ),
    variables=("pool",),
    single=("pool",),
)
