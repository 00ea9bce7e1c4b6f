"""SPCS / Stack health: whether nodes are scraped, discovery works, nothing is lost, and which versions run."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.signals import stack

STACK = Board(
    uid="spcs-stack",
    title="SPCS / Stack health",
    description="The collector, the store and Grafana themselves: scrapes, discovery, losses, disk, versions.",
    rows=(
        Row(
            "Now",
            (
                Number(stack.NODES_UP, width=5),
                Number(stack.NODES_DOWN, width=5),
                Number(stack.LAST_SUCCESS, width=5),
                Number(stack.ALERTS_FIRING, width=5),
                Number(stack.RULE_FAILURES),
            ),
        ),
        Row(
            "Nodes",
            (
                Lines(stack.UP, width=8),
                Lines(stack.SCRAPE_SECONDS, width=8),
                Lines(stack.SCRAPE_SHARE, width=8),
                Lines(stack.DISCOVERED_NODES, width=8),
                Lines(stack.REFRESH_SECONDS, width=8),
                Lines(stack.FAILURES, width=8),
            ),
        ),
        Row("Collector", (Lines(stack.COLLECTOR_POINTS), Lines(stack.QUEUE))),
        Row("Store", (Lines(stack.SERIES, width=8), Lines(stack.INGESTED, width=8), Lines(stack.DISK, width=8))),
        Row(
            "Parts",
            (
                Lines(stack.PARTS_UP, width=8),
                Lines(stack.CPU, width=8),
                Lines(stack.MEMORY, width=8),
                Grid(stack.VERSIONS, height=6),
                Grid(stack.ALERT_LIST, height=6),
            ),
        ),
    ),
)
