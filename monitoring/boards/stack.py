"""SPCS / Stack health: whether nodes are scraped, discovery works, nothing is lost, and which versions run."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row, Timeline
from monitoring.signals import central, stack, store

STACK = Board(
    uid="spcs-stack",
    title="SPCS / Stack health",
    description="The collector, the store and Grafana themselves: scrapes, discovery, losses, disk, versions.",
    rows=(
        Row(
            title="Now",
            panels=(
                Number(signal=stack.NODES_UP),
                Number(signal=stack.NODES_DOWN),
                Number(signal=stack.LAST_SUCCESS),
                Number(signal=store.ACCEPTS),
                Number(signal=stack.ALERTS_FIRING),
                Number(signal=store.RULE_FAILURES),
                Timeline(signal=stack.UP, states=stack.ANSWERS, width=8, height=9),
                Timeline(signal=stack.PARTS_UP, states=stack.ANSWERS, width=7, height=9),
                Lines(signal=stack.FAILURES, width=9, height=9),
                Grid(listing=stack.ALERT_LIST, width=13, height=8),
                Grid(listing=stack.VERSIONS, width=11, height=8),
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
        Row(title="Central store", panels=(Lines(signal=central.POINTS), Lines(signal=central.QUEUE))),
        Row(
            title="Store",
            panels=(
                Lines(signal=store.SERIES, width=8),
                Lines(signal=store.INGESTED, width=8),
                Lines(signal=store.DISK, width=8),
                Lines(signal=store.VOLUME, width=8),
                Lines(signal=store.INODES, width=8),
                Lines(signal=store.RESTARTS, width=8),
            ),
        ),
        Row(title="Parts", panels=(Lines(signal=stack.CPU), Lines(signal=stack.MEMORY))),
    ),
)
