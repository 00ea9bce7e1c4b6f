"""SPCS / Node: use, saturation and health of one node."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row, Timeline
from monitoring.selectors import ON_NODE
from monitoring.signals import containers, gpus, network, nodes, stack, states, usage

NODE = Board(
    uid="spcs-node",
    title="SPCS / Node",
    description="One node: how full it is, which containers fill it, and whether it can be scraped.",
    rows=(
        Row(
            "Now",
            (
                Number(nodes.share_of_node(ON_NODE, "cpu"), width=6),
                Number(nodes.share_of_node(ON_NODE, "memory"), width=6),
                Number(states.running(ON_NODE)),
                Number(states.pending(ON_NODE)),
                Number(states.restarts(ON_NODE)),
                Lines(nodes.use_of_nodes(ON_NODE, "cpu")),
                Lines(nodes.use_of_nodes(ON_NODE, "memory")),
                Grid(containers.listing(ON_NODE)),
            ),
        ),
        Row(
            "Shares",
            (
                Lines(nodes.share_of_nodes(ON_NODE, "cpu")),
                Lines(nodes.share_of_nodes(ON_NODE, "memory")),
                Lines(usage.share(ON_NODE, "cpu", "limit")),
                Lines(usage.share(ON_NODE, "memory", "limit")),
            ),
        ),
        Row("GPU", (Lines(gpus.time_in_use(ON_NODE)), Lines(gpus.memory(ON_NODE)))),
        Row("Network", (Lines(network.egress_of_nodes(ON_NODE, "bytes")), Lines(network.denied(ON_NODE)))),
        Row("Scrapes of all nodes", (Timeline(stack.UP, states=stack.ANSWERS, width=12), Lines(stack.SCRAPE_SECONDS))),
    ),
    variables=("pool", "node"),
    single=("node",),
)
