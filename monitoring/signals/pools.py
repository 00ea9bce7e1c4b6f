"""Pools and nodes: how many there are, what they offer, and what of it is used, requested and free."""

from monitoring.restarts import restarts
from monitoring.selectors import FAMILY, IN_POOLS, NODE, NODE_LEGEND, OF_NODE, ON_NODES, POOL, legend
from monitoring.signals import NONE_IS_BAD, NONE_IS_PLAIN, RESOURCES, SHARE, Column, Line, Listing, Signal

POOLS = Signal(
    title="Pools",
    meaning="Compute pools with at least one node that publishes metrics.",
    unit="short",
    lines=(Line(expr=f"count(count by ({POOL}) (node_cpu_capacity{{{IN_POOLS}}}))", legend="pools"),),
    steps=NONE_IS_BAD,
)
NODES = Signal(
    title="Nodes",
    meaning="Nodes that discovery knows; beside it those that publish metrics, where they are fewer.",
    unit="none",
    lines=(
        Line(expr=f"sum(spcs_pool:nodes:known{{{IN_POOLS}}})", legend="nodes"),
        Line(
            expr=f"(sum(spcs_pool:nodes:count{{{IN_POOLS}}}) or vector(0)) < sum(spcs_pool:nodes:known{{{IN_POOLS}}})",
            legend="publish",
        ),
    ),
    steps=NONE_IS_BAD,
)
NODES_OVER_TIME = Signal(
    title="Nodes over time",
    meaning="Nodes that discovery knows, by pool and instance family.",
    unit="short",
    lines=(
        Line(
            expr=f"sum by ({POOL}, {FAMILY}) (spcs_pool:nodes:known{{{IN_POOLS}}})",
            legend=f"{legend(POOL)} {legend(FAMILY)}",
        ),
    ),
    decimals=0,
)
DISCOVERED = Signal(
    title="Pools by state",
    meaning="Every pool that the collector's role may see, by the state that the account reports; "
    "a suspended pool has no nodes.",
    unit="short",
    lines=(Line(expr=f"sum by (state) (spcs_compute_pool_info{{{IN_POOLS}}})", legend="{{state}}"),),
    empty="the collector does not ask for states because its configuration names the pools",
    decimals=0,
)


def use_of_pools(kind: str) -> Signal:
    """Return what the pools' containers use and request of a kind, against what the nodes offer."""
    title, unit = RESOURCES[kind]
    return Signal(
        title=f"{title}: used, requested, capacity",
        meaning=f"{title} that the containers of a pool use and request, and what its nodes offer.",
        unit=unit,
        lines=(
            Line(expr=f"sum by ({POOL}) (container_{kind}_usage{{{IN_POOLS}}})", legend=f"{legend(POOL)} used"),
            Line(
                expr=f"sum by ({POOL}) (container_{kind}_requested{{{IN_POOLS}}})",
                legend=f"{legend(POOL)} requested",
                dashed=True,
            ),
            Line(
                expr=f"sum by ({POOL}) (spcs_pool:node_{kind}_capacity:sum{{{IN_POOLS}}})",
                legend=f"{legend(POOL)} capacity",
                dashed=True,
            ),
        ),
    )


def free_of_pools(kind: str) -> Signal:
    """Return what can still be requested of a kind, in the pool and on one node."""
    title, unit = RESOURCES[kind]
    of_node = f"max by ({OF_NODE}) (node_{kind}_capacity{{{IN_POOLS}}})"
    requested = f"container_{kind}_requested{{{IN_POOLS}}}"
    of_pool = f"sum by ({POOL}) (spcs_pool:node_{kind}_capacity:sum{{{IN_POOLS}}})"
    # A node or pool without containers has no series of requests, and is free as a whole.
    on_node = f"max by ({POOL}) ({of_node} - on ({OF_NODE}) (sum by ({OF_NODE}) ({requested}) or {of_node} * 0))"
    return Signal(
        title=f"{title}: free to request",
        meaning=f"{title} that no container requests: in the whole pool, and on the node with most of it, "
        "which is what one more container can get.",
        unit=unit,
        lines=(
            Line(
                expr=f"{of_pool} - on ({POOL}) (sum by ({POOL}) ({requested}) or {of_pool} * 0)",
                legend=f"{legend(POOL)} pool",
            ),
            Line(expr=on_node, legend=f"{legend(POOL)} one node"),
        ),
    )


def share_of_nodes(kind: str) -> Signal:
    """Return the shares of each node's kind that are used and requested."""
    title = RESOURCES[kind][0]
    return Signal(
        title=f"Node {title}: share in use and requested",
        meaning=f"Share of each node's {title} that its containers use, and that they request.",
        unit="percentunit",
        lines=(
            Line(
                expr=f"sum by ({OF_NODE}) (spcs_node:container_{kind}_usage:ratio{{{ON_NODES}}})",
                legend=f"{NODE_LEGEND} used",
            ),
            Line(
                expr=f"sum by ({OF_NODE}) (spcs_node:container_{kind}_requested:ratio{{{ON_NODES}}})",
                legend=f"{NODE_LEGEND} requested",
                dashed=True,
            ),
        ),
        steps=SHARE,
        bounded=False,
    )


def use_of_nodes(kind: str) -> Signal:
    """Return what each node's containers use of a kind, against what it offers."""
    title, unit = RESOURCES[kind]
    return Signal(
        title=f"Node {title}: used, capacity",
        meaning=f"{title} that the containers of each node use, and what the node offers.",
        unit=unit,
        lines=(
            Line(
                expr=f"sum by ({OF_NODE}) (spcs_node:container_{kind}_usage:sum{{{ON_NODES}}})",
                legend=f"{NODE_LEGEND} used",
            ),
            Line(
                expr=f"max by ({OF_NODE}) (node_{kind}_capacity{{{ON_NODES}}})",
                legend=f"{NODE_LEGEND} capacity",
                dashed=True,
            ),
        ),
    )


def _pool_share(kind: str, use: str) -> Column:
    title = "CPU" if kind == "cpu" else "Memory"
    name = "used" if use == "usage" else "requested"
    expr = f"sum by ({POOL}) (spcs_pool:container_{kind}_{use}:ratio{{{IN_POOLS}}})"
    return Column(title=f"{title} {name}", expr=expr, unit="percentunit", steps=SHARE)


# State, as the account writes it -> its colour. In a table it is a number, counted from 1; 0 is a state not reported.
_NUMBERS = {"ACTIVE": "green", "IDLE": "green", "RESIZING": "blue", "STARTING": "blue", "STOPPING": "blue"}
_UNSEEN = "not seen"
_STATES = {
    "0": ("unknown", "text"),
    **{str(number): (state.lower(), color) for number, (state, color) in enumerate(_NUMBERS.items(), 1)},
    "6": ("suspended", "text"),
    "7": (_UNSEEN, "red"),
}
_INFO = f"spcs_compute_pool_info{{{IN_POOLS}"
_STATE = (
    f"max by ({POOL}) ("
    # First, because of two series with the same labels `or` takes the one on its left.
    f'({_INFO}, state=~"ACTIVE|IDLE|RESIZING"}} unless on ({POOL}) spcs_pool:nodes:count{{{IN_POOLS}}}) * 7'
    + "".join(f' or {_INFO}, state="{state}"}} * {number}' for number, state in enumerate(("", *_NUMBERS, "SUSPENDED")))
    + ")"
)

POOL_LIST = Listing(
    title="Compute pools",
    meaning="Every pool that the account shows to the role, with its state and nodes, the shares of CPU and memory in "
    "use and requested, and what waits or restarts in it. A pool that is not seen should have nodes, "
    "and none publishes: the role may lack MONITOR on it. Click on a pool to open it.",
    keys={POOL: "Pool"},
    columns=(
        Column(title="State", expr=_STATE, texts=_STATES),
        Column(title="Nodes", expr=f"sum by ({POOL}) (spcs_pool:nodes:known{{{IN_POOLS}}})"),
        Column(title="Publish", expr=f"sum by ({POOL}) (spcs_pool:nodes:count{{{IN_POOLS}}})"),
        _pool_share("cpu", "usage"),
        _pool_share("cpu", "requested"),
        _pool_share("memory", "usage"),
        _pool_share("memory", "requested"),
        Column(
            title="Pending",
            expr=f"sum by ({POOL}) (container_state_pending{{{IN_POOLS}}})",
            steps=NONE_IS_PLAIN,
        ),
        Column(
            title="Restarts",
            expr=f"sum by ({POOL}) {restarts(IN_POOLS, '$__range')}",
            steps=NONE_IS_PLAIN,
            decimals=0,
        ),
    ),
    links=(("Pool", "spcs-pool"),),
    first="State",
)

NODE_LIST = Listing(
    title="Nodes",
    meaning="What each node offers and what its containers use and request of it. Click on a node to open it.",
    keys={POOL: "Pool", FAMILY: "Family", NODE: "Node"},
    columns=(
        Column(title="CPU cores", expr=f"max by ({POOL}, {FAMILY}, {NODE}) (node_cpu_capacity{{{ON_NODES}}})"),
        Column(
            title="CPU used", expr=f"sum by ({POOL}, {FAMILY}, {NODE}) (container_cpu_usage{{{ON_NODES}}})", decimals=2
        ),
        Column(
            title="CPU requested",
            expr=f"sum by ({POOL}, {FAMILY}, {NODE}) (container_cpu_requested{{{ON_NODES}}})",
            decimals=2,
        ),
        Column(
            title="Memory", expr=f"max by ({POOL}, {FAMILY}, {NODE}) (node_memory_capacity{{{ON_NODES}}})", unit="bytes"
        ),
        Column(
            title="Memory used",
            expr=f"sum by ({POOL}, {FAMILY}, {NODE}) (container_memory_usage{{{ON_NODES}}})",
            unit="bytes",
        ),
        Column(
            title="Memory requested",
            expr=f"sum by ({POOL}, {FAMILY}, {NODE}) (container_memory_requested{{{ON_NODES}}})",
            unit="bytes",
        ),
        Column(title="GPUs", expr=f"max by ({POOL}, {FAMILY}, {NODE}) (node_gpu_capacity{{{ON_NODES}}})"),
    ),
    links=(("Pool", "spcs-pool"), ("Node", "spcs-node")),
)
