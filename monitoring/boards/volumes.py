"""SPCS / Volumes: how full block volumes are, when they will be, and what goes through them."""

from monitoring.boards.model import Board, Grid, Lines, Row
from monitoring.selectors import IN_VOLUMES
from monitoring.signals import volumes

VOLUMES = Board(
    uid="spcs-volumes",
    title="SPCS / Volumes",
    description="Block volumes: use, time until full, throughput and operations.",
    rows=(
        Row(
            "How full",
            (
                Grid(volumes.listing(IN_VOLUMES), height=10),
                Lines(volumes.share(IN_VOLUMES), height=10),
                Lines(volumes.time_left(IN_VOLUMES), height=10),
            ),
        ),
        Row(
            "What goes through",
            (
                Lines(volumes.used(IN_VOLUMES)),
                Lines(volumes.flow(IN_VOLUMES, "throughput")),
                Lines(volumes.flow(IN_VOLUMES, "iops")),
                Lines(volumes.in_flight(IN_VOLUMES)),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service", "volume"),
)
