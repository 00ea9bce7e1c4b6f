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
            title="Now",
            panels=(
                Number(signal=nodes.share_of_node(ON_NODE, "cpu"), width=6),
                Number(signal=nodes.share_of_node(ON_NODE, "memory"), width=6),
                Number(signal=states.running(ON_NODE)),
                Number(signal=states.pending(ON_NODE)),
                Number(signal=states.restarts(ON_NODE)),
                Lines(signal=nodes.use_of_nodes(ON_NODE, "cpu")),
                Lines(signal=nodes.use_of_nodes(ON_NODE, "memory")),
                Grid(listing=containers.listing(ON_NODE)),
            ),
        ),
        Row(
            title="Shares",
            panels=(
                Lines(signal=nodes.share_of_nodes(ON_NODE, "cpu")),
                Lines(signal=nodes.share_of_nodes(ON_NODE, "memory")),
                Lines(signal=usage.share(ON_NODE, "cpu", "limit")),
                Lines(signal=usage.share(ON_NODE, "memory", "limit")),
            ),
        ),
        Row(title="GPU", panels=(Lines(signal=gpus.time_in_use(ON_NODE)), Lines(signal=gpus.memory(ON_NODE)))),
        Row(
            title="Network",
            panels=(Lines(signal=network.egress_of_nodes(ON_NODE, "bytes")), Lines(signal=network.denied(ON_NODE))),
        ),
        Row(
            title="Scrapes of all nodes",
            panels=(Timeline(signal=stack.UP, states=stack.ANSWERS, width=12), Lines(signal=stack.SCRAPE_SECONDS)),
        ),
    ),
    variables=("pool", "node"),
    single=("node",),
)
