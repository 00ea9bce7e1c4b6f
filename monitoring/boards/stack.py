"""SPCS / Stack health: whether nodes are scraped, discovery works, nothing is lost, and which versions run."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row, Timeline
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
                Timeline(stack.UP, states=stack.ANSWERS, width=10),
                Timeline(stack.PARTS_UP, states=stack.ANSWERS, width=5),
                Lines(stack.FAILURES, width=9),
                Grid(stack.ALERT_LIST, width=13),
                Grid(stack.VERSIONS, width=11),
            ),
        ),
        Row(
            "Nodes",
            (
                Lines(stack.SCRAPE_SECONDS),
                Lines(stack.SCRAPE_SHARE),
                Lines(stack.DISCOVERED_NODES),
                Lines(stack.REFRESH_SECONDS),
            ),
        ),
        Row("Collector", (Lines(stack.COLLECTOR_POINTS), Lines(stack.QUEUE))),
        Row("Store", (Lines(stack.SERIES, width=8), Lines(stack.INGESTED, width=8), Lines(stack.DISK, width=8))),
        Row("Parts", (Lines(stack.CPU), Lines(stack.MEMORY))),
    ),
)
