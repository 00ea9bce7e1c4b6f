"""SPCS / GPU: how busy and how full each GPU is, who uses it, and which idle."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import G, P
from monitoring.signals import devices

GPU = Board(
    "spcs-gpu",
    "SPCS / GPU",
    "GPUs: utilisation, memory, who shares which, and what is requested.",
    (
        Row("How busy", (Number(devices.gpus_idle(G), 6), Lines(devices.gpu_use(G), 18))),
        Row("How full", (Lines(devices.gpu_memory_share(G)), Lines(devices.gpu_memory(G)))),
        Row(
            "Who uses them",
            (
                Grid(devices.gpu_users(G)),
                Lines(devices.gpu_use_of_containers(G), 8),
                Lines(devices.gpu_memory_of_containers(G), 8),
                Lines(devices.gpus_requested(P), 8),
            ),
        ),
    ),
    ("pool", "node", "gpu"),
)
