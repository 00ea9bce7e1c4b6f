"""SPCS / Node: use, saturation and health of the chosen nodes."""

from monitoring.boards.model import Board, Grid, Lines, Row
from monitoring.selectors import ON_NODES
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
                Lines(usage.share(ON_NODES, "cpu", "limit")),
                Lines(usage.share(ON_NODES, "memory", "limit")),
                Grid(containers.listing(ON_NODES)),
            ),
        ),
        Row("GPU", (Lines(gpus.time_in_use(ON_NODES)), Lines(gpus.memory(ON_NODES)))),
        Row("Network", (Lines(network.egress_of_nodes(ON_NODES, "bytes")), Lines(network.denied(ON_NODES)))),
        Row("Scrapes of all nodes", (Lines(stack.UP), Lines(stack.SCRAPE_SECONDS))),
    ),
    variables=("pool", "node"),
    single=("node",),
)
