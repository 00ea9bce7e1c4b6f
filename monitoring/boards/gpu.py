"""SPCS / GPU: how busy and how full each GPU is, who uses it, and which idle."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import G, P
from monitoring.signals import devices

GPU = Board(
    uid="spcs-gpu",
    title="SPCS / GPU",
    description="GPUs: utilisation, memory, who shares which, and what is requested.",
    rows=(
        Row("How busy", (Number(devices.gpus_idle(G), width=6), Lines(devices.gpu_use(G), width=18))),
        Row("How full", (Lines(devices.gpu_memory_share(G)), Lines(devices.gpu_memory(G)))),
        Row(
            "Who uses them",
            (
                Grid(devices.gpu_users(G)),
                Lines(devices.gpu_use_of_containers(G), width=8),
                Lines(devices.gpu_memory_of_containers(G), width=8),
                Lines(devices.gpus_requested(P), width=8),
            ),
        ),
    ),
    variables=("pool", "node", "gpu"),
)
