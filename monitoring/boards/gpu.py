"""SPCS / GPU: how busy and how full each GPU is, who uses it, and which idle."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import G, P
from monitoring.signals import gpus

GPU = Board(
    uid="spcs-gpu",
    title="SPCS / GPU",
    description="GPUs: utilisation, memory, who shares which, and what is requested.",
    rows=(
        Row("How busy", (Number(gpus.idle(G), width=6), Lines(gpus.time_in_use(G), width=18))),
        Row("How full", (Lines(gpus.memory_share(G)), Lines(gpus.memory(G)))),
        Row(
            "Who uses them",
            (
                Grid(gpus.users(G)),
                Lines(gpus.time_in_use_by_container(G), width=8),
                Lines(gpus.memory_by_container(G), width=8),
                Lines(gpus.requested(P), width=8),
            ),
        ),
    ),
    variables=("pool", "node", "gpu"),
)
