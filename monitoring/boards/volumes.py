"""SPCS / Volumes: how full block volumes are, when they will be, and what goes through them."""

from monitoring.boards.model import Board, Grid, Lines, Row
from monitoring.selectors import D
from monitoring.signals import devices

VOLUMES = Board(
    uid="spcs-volumes",
    title="SPCS / Volumes",
    description="Block volumes: use, time until full, throughput and operations.",
    rows=(
        Row(
            "How full",
            (
                Grid(devices.volumes(D)),
                Lines(devices.volume_share(D), width=8),
                Lines(devices.volume_bytes(D), width=8),
                Lines(devices.volume_time_left(D), width=8),
            ),
        ),
        Row(
            "What goes through",
            (
                Lines(devices.volume_flow(D, "throughput"), width=8),
                Lines(devices.volume_flow(D, "iops"), width=8),
                Lines(devices.volume_inflight(D), width=8),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service", "volume"),
)
