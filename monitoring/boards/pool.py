"""SPCS / Pool: what one compute pool offers, what runs in it, and what does not."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row, Timeline
from monitoring.selectors import IN_POOL
from monitoring.signals import containers, gpus, network, nodes, pools, states, volumes

POOL = Board(
    uid="spcs-pool",
    title="SPCS / Pool",
    description="One compute pool: nodes, capacity, what runs, what waits and why.",
    rows=(
        Row(
            "Now",
            (
                Number(pools.share_of_pool(IN_POOL, "cpu")),
                Number(pools.share_of_pool(IN_POOL, "memory"), width=5),
                Number(pools.nodes(IN_POOL), width=3),
                Number(states.running(IN_POOL)),
                Number(states.pending(IN_POOL)),
                Number(states.restarts(IN_POOL)),
                Lines(pools.use_of_pools(IN_POOL, "cpu"), width=9),
                Lines(pools.use_of_pools(IN_POOL, "memory"), width=9),
                Timeline(pools.state_over_time(IN_POOL), states=pools.STATES, width=6),
                Grid(containers.attention(IN_POOL)),
            ),
        ),
        Row(
            "Nodes",
            (
                Grid(nodes.node_list(IN_POOL)),
                Lines(pools.free_of_pools(IN_POOL, "cpu"), width=9),
                Lines(pools.free_of_pools(IN_POOL, "memory"), width=9),
                Lines(pools.nodes_over_time(IN_POOL), width=6),
            ),
        ),
        Row(
            "Services and containers",
            (
                Lines(states.services_by_state(IN_POOL), width=8),
                Lines(states.states(IN_POOL), width=8),
                Lines(states.reasons(IN_POOL), width=8, stacked=True),
                Grid(containers.by_state(IN_POOL)),
                Grid(containers.listing(IN_POOL)),
            ),
        ),
        Row(
            "GPU",
            (
                Lines(gpus.time_in_use(IN_POOL), width=8),
                Lines(gpus.memory(IN_POOL), width=8),
                Lines(gpus.requested(IN_POOL), width=8),
            ),
        ),
        Row(
            "Block storage",
            (
                Lines(volumes.share(IN_POOL), width=8),
                Lines(volumes.flow(IN_POOL, "throughput"), width=8),
                Lines(volumes.flow(IN_POOL, "iops"), width=8),
            ),
        ),
        Row(
            "Network",
            (
                Number(network.denied_in_range(IN_POOL), width=6, height=8),
                Lines(network.denied(IN_POOL), width=18),
                Lines(network.egress_of_nodes(IN_POOL, "bytes")),
                Lines(network.egress_of_nodes(IN_POOL, "packets")),
            ),
        ),
    ),
    variables=("pool",),
    single=("pool",),
)
