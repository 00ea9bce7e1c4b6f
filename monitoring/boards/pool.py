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
            title="Now",
            panels=(
                Number(signal=pools.share_of_pool(IN_POOL, "cpu")),
                Number(signal=pools.share_of_pool(IN_POOL, "memory")),
                Number(signal=pools.nodes(IN_POOL)),
                Number(signal=states.running(IN_POOL)),
                Number(signal=states.pending(IN_POOL)),
                Number(signal=states.restarts(IN_POOL)),
                Lines(signal=pools.use_of_pools(IN_POOL, "cpu"), width=9),
                Lines(signal=pools.use_of_pools(IN_POOL, "memory"), width=9),
                Timeline(signal=pools.state_over_time(IN_POOL), states=pools.STATES, width=6),
                Grid(listing=containers.attention(IN_POOL)),
            ),
        ),
        Row(
            title="Nodes",
            panels=(
                Grid(listing=nodes.node_list(IN_POOL)),
                Lines(signal=pools.free_of_pools(IN_POOL, "cpu"), width=9),
                Lines(signal=pools.free_of_pools(IN_POOL, "memory"), width=9),
                Lines(signal=pools.nodes_over_time(IN_POOL), width=6),
            ),
        ),
        Row(
            title="Services and containers",
            panels=(
                Lines(signal=states.services_by_state(IN_POOL), width=8),
                Lines(signal=states.states(IN_POOL), width=8),
                Lines(signal=states.reasons(IN_POOL), width=8, stacked=True),
                Grid(listing=containers.by_state(IN_POOL)),
                Grid(listing=containers.listing(IN_POOL)),
            ),
        ),
        Row(
            title="GPU",
            panels=(
                Lines(signal=gpus.time_in_use(IN_POOL), width=8),
                Lines(signal=gpus.memory(IN_POOL), width=8),
                Lines(signal=gpus.requested(IN_POOL), width=8),
            ),
        ),
        Row(
            title="Block storage",
            panels=(
                Lines(signal=volumes.share(IN_POOL), width=8),
                Lines(signal=volumes.flow(IN_POOL, "throughput"), width=8),
                Lines(signal=volumes.flow(IN_POOL, "iops"), width=8),
            ),
        ),
        Row(
            title="Network",
            panels=(
                Number(signal=network.denied_in_range(IN_POOL), width=6, height=8),
                Lines(signal=network.denied(IN_POOL), width=18),
                Lines(signal=network.egress_of_nodes(IN_POOL, "bytes")),
                Lines(signal=network.egress_of_nodes(IN_POOL, "packets")),
            ),
        ),
    ),
    variables=("pool",),
    single=("pool",),
)
