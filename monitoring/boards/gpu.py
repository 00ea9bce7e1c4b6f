"""SPCS / GPU: how busy and how full each GPU is, who uses it, and which idle."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import IN_POOLS, ON_GPUS, ON_NODES
from monitoring.signals import gpus

GPU = Board(
    uid="spcs-gpu",
    title="SPCS / GPU",
    description="GPUs: utilisation, memory, who shares which, and what is requested.",
    rows=(
        Row(
            "How busy",
            (
                Number(gpus.idle(ON_NODES), width=4, height=9),
                Grid(gpus.idle_by_node(ON_NODES), width=8),
                Lines(gpus.time_in_use(ON_GPUS), width=12, height=9),
                Grid(gpus.users(ON_GPUS), height=11),
            ),
        ),
        Row(
            "How full",
            (
                Lines(gpus.memory_share(ON_GPUS), width=8),
                Lines(gpus.memory(ON_GPUS), width=8),
                Lines(gpus.requested(IN_POOLS), width=8),
            ),
        ),
        Row("By container", (Lines(gpus.time_in_use_by_container(ON_GPUS)), Lines(gpus.memory_by_container(ON_GPUS)))),
    ),
    variables=("pool", "node", "gpu"),
)
