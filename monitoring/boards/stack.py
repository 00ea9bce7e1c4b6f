"""SPCS / Stack health: whether nodes are scraped, discovery works, nothing is lost, and which versions run."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.signals import stack

STACK = Board(
    "spcs-stack",
    "SPCS / Stack health",
    "The collector, the store and Grafana themselves: scrapes, discovery, losses, disk, versions.",
    (
        Row(
            "Now",
            (
                Number(stack.NODES_UP, 5),
                Number(stack.NODES_DOWN, 5),
                Number(stack.LAST_SUCCESS, 5),
                Number(stack.ALERTS_FIRING, 5),
                Number(stack.RULE_FAILURES),
            ),
        ),
        Row(
            "Nodes",
            (
                Lines(stack.UP, 8),
                Lines(stack.SCRAPE_SECONDS, 8),
                Lines(stack.SCRAPE_SHARE, 8),
                Lines(stack.DISCOVERED_NODES, 8),
                Lines(stack.REFRESH_SECONDS, 8),
                Lines(stack.FAILURES, 8),
            ),
        ),
        Row("Collector", (Lines(stack.COLLECTOR_POINTS), Lines(stack.QUEUE))),
        Row("Store", (Lines(stack.SERIES, 8), Lines(stack.INGESTED, 8), Lines(stack.DISK, 8))),
        Row(
            "Parts",
            (
                Lines(stack.PARTS_UP, 8),
                Lines(stack.CPU, 8),
                Lines(stack.MEMORY, 8),
                Grid(stack.VERSIONS, 6),
                Grid(stack.ALERT_LIST, 6),
            ),
        ),
    ),
)
