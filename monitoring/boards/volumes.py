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
            title="How full",
            panels=(
                Grid(listing=volumes.listing(IN_VOLUMES), height=10),
                Lines(signal=volumes.share(IN_VOLUMES), height=10),
                Lines(signal=volumes.time_left(IN_VOLUMES), height=10),
            ),
        ),
        Row(
            title="What goes through",
            panels=(
                Lines(signal=volumes.used(IN_VOLUMES)),
                Lines(signal=volumes.flow(IN_VOLUMES, "throughput")),
                Lines(signal=volumes.flow(IN_VOLUMES, "iops")),
                Lines(signal=volumes.in_flight(IN_VOLUMES)),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service", "volume"),
)
