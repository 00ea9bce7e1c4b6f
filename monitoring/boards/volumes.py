"""SPCS / Volumes: how full block volumes are, when they will be, and what goes through them."""

from monitoring.boards.model import Board, Grid, Lines, Row
from monitoring.selectors import D
from monitoring.signals import devices

VOLUMES = Board(
    "spcs-volumes",
    "SPCS / Volumes",
    "Block volumes: use, time until full, throughput and operations.",
    (
        Row(
            "How full",
            (
                Grid(devices.volumes(D)),
                Lines(devices.volume_share(D), 8),
                Lines(devices.volume_bytes(D), 8),
                Lines(devices.volume_time_left(D), 8),
            ),
        ),
        Row(
            "What goes through",
            (
                Lines(devices.volume_flow(D, "throughput"), 8),
                Lines(devices.volume_flow(D, "iops"), 8),
                Lines(devices.volume_inflight(D), 8),
            ),
        ),
    ),
    ("pool", "database", "schema", "service", "volume"),
)
