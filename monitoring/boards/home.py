"""SPCS / Home: which pool is full or not seen, which service waits, what failed."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import IN_POOLS
from monitoring.signals import containers, pools, stack, states

HOME = Board(
    uid="spcs-home",
    title="SPCS / Home",
    description="All compute pools at a glance. Click on a pool, service or container in a table to open its board.",
    rows=(
        Row(
            title="Now",
            panels=(
                Number(signal=stack.ALERTS_FIRING),
                Number(signal=pools.nodes(IN_POOLS)),
                Number(signal=states.services_running(IN_POOLS)),
                Number(signal=states.running(IN_POOLS)),
                Number(signal=states.pending(IN_POOLS)),
                Number(signal=states.restarted(IN_POOLS)),
                Grid(listing=stack.ALERT_LIST, width=10, height=9),
                Grid(listing=pools.POOL_LIST, width=14, height=9),
                Grid(listing=containers.attention(IN_POOLS), height=8),
            ),
        ),
        Row(
            title="How it went",
            panels=(
                Lines(signal=pools.use_by_pool("cpu")),
                Lines(signal=pools.use_by_pool("memory")),
                Lines(signal=states.states(IN_POOLS)),
                Lines(signal=states.reasons(IN_POOLS), stacked=True),
            ),
        ),
        Row(title="Accounts", panels=(Grid(listing=stack.ACCOUNT_LIST),)),
    ),
    variables=("pool",),
)
