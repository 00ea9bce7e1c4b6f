"""SPCS / Stack health: whether nodes are scraped, discovery works, nothing is lost, and which versions run."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row, Timeline
from monitoring.signals import stack

STACK = Board(
    uid="spcs-stack",
    title="SPCS / Stack health",
    description="The collector, the store and Grafana themselves: scrapes, discovery, losses, disk, versions.",
    rows=(
        Row(
            title="Now",
            panels=(
                Number(signal=stack.NODES_UP, width=5),
                Number(signal=stack.NODES_DOWN, width=5),
                Number(signal=stack.LAST_SUCCESS, width=5),
                Number(signal=stack.ALERTS_FIRING, width=5),
                Number(signal=stack.RULE_FAILURES),
                Timeline(signal=stack.UP, states=stack.ANSWERS, width=10),
                Timeline(signal=stack.PARTS_UP, states=stack.ANSWERS, width=5),
                Lines(signal=stack.FAILURES, width=9),
                Grid(listing=stack.ALERT_LIST, width=13),
                Grid(listing=stack.VERSIONS, width=11),
            ),
        ),
        Row(
            title="Nodes",
            panels=(
                Lines(signal=stack.SCRAPE_SECONDS),
                Lines(signal=stack.SCRAPE_SHARE),
                Lines(signal=stack.DISCOVERED_NODES),
                Lines(signal=stack.REFRESH_SECONDS),
            ),
        ),
        Row(title="Collector", panels=(Lines(signal=stack.COLLECTOR_POINTS), Lines(signal=stack.QUEUE))),
        Row(
            title="Store",
            panels=(
                Lines(signal=stack.SERIES, width=8),
                Lines(signal=stack.INGESTED, width=8),
                Lines(signal=stack.DISK, width=8),
            ),
        ),
        Row(title="Parts", panels=(Lines(signal=stack.CPU), Lines(signal=stack.MEMORY))),
    ),
)
