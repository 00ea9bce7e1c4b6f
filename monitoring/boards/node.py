"""SPCS / Node: use, saturation and health of the chosen nodes."""

from monitoring.boards.model import Board, Grid, Lines, Row
from monitoring.selectors import N
from monitoring.signals import containers, devices, pools, stack

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
                Lines(containers.share(N, "cpu", "limit")),
                Lines(containers.share(N, "memory", "limit")),
                Grid(containers.listing(N)),
            ),
        ),
        Row("GPU", (Lines(devices.gpu_use(N)), Lines(devices.gpu_memory(N)))),
        Row("Network", (Lines(devices.egress_of_nodes(N, "bytes")), Lines(devices.denied(N)))),
        Row("Scrapes of all nodes", (Lines(stack.UP), Lines(stack.SCRAPE_SECONDS))),
    ),
    variables=("pool", "node"),
)
