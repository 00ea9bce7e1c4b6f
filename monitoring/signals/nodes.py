"""Nodes: what each offers, and what of it is used and requested."""

from monitoring.selectors import FAMILY, NODE, NODE_LEGEND, OF_NODE, POOL
from monitoring.signals import CAPACITY, REQUESTED, RESOURCES, SHARE, USED, Column, Line, Listing, Signal


def share_of_node(where: str, kind: str) -> Signal:
    """Return the shares of one node's kind that are used and requested now."""
    title = RESOURCES[kind][0].removesuffix(" cores")
    uses = {"used": "usage", "requested": "requested"}
    return Signal(
        title=f"{title}: share of the node",
        meaning=f"Share of the node's {title} that its containers use, and that they request.",
        unit="percentunit",
        lines=tuple(
            Line(expr=f"max(spcs_node:container_{kind}_{use}:ratio{{{where}}})", legend=word)
            for word, use in uses.items()
        ),
        steps=SHARE,
        bounded=False,
        decimals=0,
    )


def share_of_nodes(where: str, kind: str) -> Signal:
    """Return the shares of each node's kind that are used and requested."""
    title = RESOURCES[kind][0]
    return Signal(
        title=f"Node {title}: share in use and requested",
        meaning=f"Share of each node's {title} that its containers use, and that they request.",
        unit="percentunit",
        lines=(
            Line(
                expr=f"sum by ({OF_NODE}) (spcs_node:container_{kind}_usage:ratio{{{where}}})",
                legend=f"{NODE_LEGEND} used",
                color=USED,
            ),
            Line(
                expr=f"sum by ({OF_NODE}) (spcs_node:container_{kind}_requested:ratio{{{where}}})",
                legend=f"{NODE_LEGEND} requested",
                dashed=True,
                color=REQUESTED,
            ),
        ),
        steps=SHARE,
        bounded=False,
        decimals=0,
    )


def use_of_nodes(where: str, kind: str) -> Signal:
    """Return what each node's containers use of a kind, against what it offers."""
    title, unit = RESOURCES[kind]
    return Signal(
        title=f"Node {title}: used, capacity",
        meaning=f"{title} that the containers of each node use, and what the node offers.",
        unit=unit,
        lines=(
            Line(
                expr=f"sum by ({OF_NODE}) (spcs_node:container_{kind}_usage:sum{{{where}}})",
                legend=f"{NODE_LEGEND} used",
                color=USED,
            ),
            Line(
                expr=f"max by ({OF_NODE}) (node_{kind}_capacity{{{where}}})",
                legend=f"{NODE_LEGEND} capacity",
                dashed=True,
                color=CAPACITY,
            ),
        ),
    )


def node_list(where: str) -> Listing:
    """Return the nodes with what they offer and what is used and requested of it."""
    by = f"{POOL}, {FAMILY}, {NODE}"
    return Listing(
        title="Node resources",
        meaning="What each node offers and what its containers use and request of it. Click on a node to open it.",
        keys={POOL: "Pool", FAMILY: "Family", NODE: "Node"},
        columns=(
            Column(title="CPU cores", expr=f"max by ({by}) (node_cpu_capacity{{{where}}})"),
            Column(title="CPU used", expr=f"sum by ({by}) (container_cpu_usage{{{where}}})", decimals=2),
            Column(
                title="CPU requested",
                expr=f"sum by ({by}) (container_cpu_requested{{{where}}})",
                decimals=2,
            ),
            Column(title="Memory", expr=f"max by ({by}) (node_memory_capacity{{{where}}})", unit="bytes"),
            Column(
                title="Memory used",
                expr=f"sum by ({by}) (container_memory_usage{{{where}}})",
                unit="bytes",
            ),
            Column(
                title="Memory requested",
                expr=f"sum by ({by}) (container_memory_requested{{{where}}})",
                unit="bytes",
            ),
            Column(title="GPUs", expr=f"max by ({by}) (node_gpu_capacity{{{where}}})", unit="none"),
        ),
        links=(("Pool", "spcs-pool"), ("Node", "spcs-node")),
    )
