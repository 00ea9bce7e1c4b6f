"""SPCS / Home: which pool is full, which service waits, what failed."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import IN_POOLS
from monitoring.signals import containers, pools, stack, states

HOME = Board(
    uid="spcs-home",
    title="SPCS / Home",
    description="All compute pools at a glance. Click on a pool, service or container in a table to open its board.",
    rows=(
        Row(
            "Now",
            (
                Number(pools.POOLS, width=6),
                Number(pools.NODES, width=6),
                Number(states.services_running(IN_POOLS), width=6),
                Number(states.running(IN_POOLS), width=6),
                Number(states.pending(IN_POOLS), width=6),
                Number(states.restarts(IN_POOLS), width=6),
                Number(stack.NODES_DOWN, width=6),
                Number(stack.ALERTS_FIRING, width=6),
            ),
        ),
        Row(
            "What to look at",
            (Grid(stack.ALERT_LIST, height=6), Grid(pools.POOL_LIST, height=8), Grid(containers.attention(IN_POOLS))),
        ),
        Row(
            "How it went",
            (
                Lines(pools.use_of_pools("cpu")),
                Lines(pools.use_of_pools("memory")),
                Lines(states.states(IN_POOLS)),
                Lines(states.reasons(IN_POOLS), stacked=True),
            ),
        ),
    ),
    variables=("pool",),
)
