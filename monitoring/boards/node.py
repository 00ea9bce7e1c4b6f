"""SPCS / Node: use, saturation and health of the chosen nodes."""

from monitoring.boards.model import Board, Grid, Lines, Row
from monitoring.selectors import N
from monitoring.signals import containers, gpus, network, pools, stack, usage

NODE = Board(
    uid="spcs-node",
    title="SPCS / Node",
    description="Nodes: how full each is, which containers fill it, and whether it can be scraped.",
    rows=(
        Row(
            "How full",
            (
                Lines(pools.share_of_nodes("cpu")),
                Lines(pools.share_of_nodes("memory")),
                Lines(pools.use_of_nodes("cpu")),
                Lines(pools.use_of_nodes("memory")),
                Grid(pools.NODE_LIST),
            ),
        ),
        Row(
            "What fills it",
            (
                Lines(usage.share(N, "cpu", "limit")),
                Lines(usage.share(N, "memory", "limit")),
                Grid(containers.listing(N)),
            ),
        ),
        Row("GPU", (Lines(gpus.time_in_use(N)), Lines(gpus.memory(N)))),
        Row("Network", (Lines(network.egress_of_nodes(N, "bytes")), Lines(network.denied(N)))),
        Row("Scrapes of all nodes", (Lines(stack.UP), Lines(stack.SCRAPE_SECONDS))),
    ),
    variables=("pool", "node"),
)
