"""SPCS / Volumes: how full block volumes are, when they will be, and what goes through them."""

from monitoring.boards.model import Board, Grid, Lines, Row
from monitoring.selectors import D
from monitoring.signals import volumes

VOLUMES = Board(
    uid="spcs-volumes",
    title="SPCS / Volumes",
    description="Block volumes: use, time until full, throughput and operations.",
    rows=(
        Row(
            "How full",
            (
                Grid(volumes.listing(D)),
                Lines(volumes.share(D), width=8),
                Lines(volumes.used(D), width=8),
                Lines(volumes.time_left(D), width=8),
            ),
        ),
        Row(
            "What goes through",
            (
                Lines(volumes.flow(D, "throughput"), width=8),
                Lines(volumes.flow(D, "iops"), width=8),
                Lines(volumes.in_flight(D), width=8),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service", "volume"),
)
