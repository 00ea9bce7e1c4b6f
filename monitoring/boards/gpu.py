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
            title="How busy",
            panels=(
                Number(signal=gpus.idle(ON_NODES), width=4, height=9),
                Grid(listing=gpus.idle_by_node(ON_NODES), width=8),
                Lines(signal=gpus.time_in_use(ON_GPUS), width=12, height=9),
                Grid(listing=gpus.users(ON_GPUS), height=11),
            ),
        ),
        Row(
            title="How full",
            panels=(
                Lines(signal=gpus.memory_share(ON_GPUS), width=8),
                Lines(signal=gpus.memory(ON_GPUS), width=8),
                Lines(signal=gpus.requested(IN_POOLS), width=8),
            ),
        ),
        Row(
            title="By container",
            panels=(
                Lines(signal=gpus.time_in_use_by_container(ON_GPUS)),
                Lines(signal=gpus.memory_by_container(ON_GPUS)),
            ),
        ),
    ),
    variables=("pool", "node", "gpu"),
)
