"""SPCS / Home: which pool is full, which service waits, what failed."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import P
from monitoring.signals import containers, pools, stack

HOME = Board(
    "spcs-home",
    "SPCS / Home",
    "All compute pools at a glance. Click on a pool, service or container in a table to open its board.",
    (
        Row(
            "Now",
            (
                Number(pools.POOLS, 6),
                Number(pools.NODES, 6),
                Number(containers.services_running(P), 6),
                Number(containers.running(P), 6),
                Number(containers.pending(P), 6),
                Number(containers.restarts(P), 6),
                Number(stack.NODES_DOWN, 6),
                Number(stack.ALERTS_FIRING, 6),
            ),
        ),
        Row("What to look at", (Grid(pools.POOL_LIST, 8), Grid(containers.attention(P)), Grid(stack.ALERT_LIST, 6))),
        Row(
            "How it went",
            (
                Lines(pools.use_of_pools("cpu")),
                Lines(pools.use_of_pools("memory")),
                Lines(containers.states(P)),
                Lines(containers.reasons(P), stacked=True),
            ),
        ),
    ),
    ("pool",),
)
