"""Pools: which there are, what they offer, and what of it is used, requested and free."""

from monitoring.ranking import LATEST, others, top
from monitoring.restarts import restarted
from monitoring.selectors import FAMILY, IN_POOLS, OF_NODE, POOL, legend, short
from monitoring.signals import (
    CAPACITY,
    NONE_IS_BAD,
    NONE_IS_PLAIN,
    REQUESTED,
    RESOURCES,
    SHARE,
    USED,
    Column,
    Line,
    Listing,
    Signal,
)


def nodes(where: str) -> Signal:
    """Return how many nodes there are, and how many publish where they are fewer."""
    known, publish = f"sum(spcs_pool:nodes:known{{{where}}})", f"sum(spcs_pool:nodes:count{{{where}}})"
    return Signal(
        title="Nodes",
        meaning="Nodes that discovery knows; beside it those that publish metrics, where they are fewer.",
        unit="none",
        lines=(
            Line(expr=known, legend="nodes"),
            Line(expr=f"({publish} or {known} * 0) < {known}", legend="publish"),
        ),
        steps=NONE_IS_BAD,
    )


def nodes_over_time(where: str) -> Signal:
    """Return the nodes by pool and instance family."""
    return Signal(
        title="Nodes over time",
        meaning="Nodes that discovery knows, by pool and instance family.",
        unit="none",
        lines=(
            Line(
                expr=f"sum by ({POOL}, {FAMILY}) (spcs_pool:nodes:known{{{where}}})",
                legend=short(where, f"{legend(POOL)} {legend(FAMILY)}"),
            ),
        ),
        decimals=0,
    )


def use_of_pools(where: str, kind: str) -> Signal:
    """Return what the pools' containers use and request of a kind, against what the nodes offer."""
    title, unit = RESOURCES[kind]
    name = "" if short(where, f"{legend(POOL)} ") == "" else f"{legend(POOL)} "
    # Nodes of a pool are alike: those that do not answer offer what the others do.
    each = f"avg by ({POOL}) (node_{kind}_capacity{{{where}}})"
    queries = {
        "used": (f"sum by ({POOL}) (container_{kind}_usage{{{where}}})", USED),
        "requested": (f"sum by ({POOL}) (container_{kind}_requested{{{where}}})", REQUESTED),
        "capacity": (f"{each} * on ({POOL}) sum by ({POOL}) (spcs_pool:nodes:known{{{where}}})", CAPACITY),
    }
    return Signal(
        title=f"{title}: used, requested, capacity",
        meaning=f"{title} that the containers of a pool use and request, and what its nodes offer, "
        "also those that do not answer.",
        unit=unit,
        lines=tuple(
            Line(
                expr=expr,
                legend=f"{name}{word}",
                dashed=word != "used",
                color=color,
            )
            for word, (expr, color) in queries.items()
        ),
    )


def use_by_pool(kind: str) -> Signal:
    """Return what the containers of the ten pools that use most of a kind use, and those of the others together."""
    title, unit = RESOURCES[kind]
    used = f"sum by ({POOL}) (container_{kind}_usage{{{IN_POOLS}}})"
    latest = f"sum by ({POOL}) (container_{kind}_usage{{{IN_POOLS}}}{LATEST})"
    return Signal(
        title=f"{title} used by pool",
        meaning=f"{title} that the containers of a pool use: the ten pools with most of it, and the others as a sum.",
        unit=unit,
        lines=(
            Line(expr=top(used, latest), legend=legend(POOL)),
            Line(expr=others(used, latest), legend="other pools"),
        ),
    )


def free_of_pools(where: str, kind: str) -> Signal:
    """Return what can still be requested of a kind, in the pool and on one node."""
    title, unit = RESOURCES[kind]
    of_node = f"max by ({OF_NODE}) (node_{kind}_capacity{{{where}}})"
    requested = f"container_{kind}_requested{{{where}}}"
    of_pool = f"sum by ({POOL}) (spcs_pool:node_{kind}_capacity:sum{{{where}}})"
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
                legend=short(where, f"{legend(POOL)} pool"),
            ),
            Line(expr=on_node, legend=short(where, f"{legend(POOL)} one node")),
        ),
    )


def share_of_pool(where: str, kind: str) -> Signal:
    """Return the shares of a pool's kind that are used and requested now."""
    title = RESOURCES[kind][0].removesuffix(" cores")
    uses = {"used": "usage", "requested": "requested"}
    return Signal(
        title=f"{title}: share of the pool",
        meaning=f"Share of the pool's {title} that containers use, and that they request.",
        unit="percentunit",
        lines=tuple(
            Line(expr=f"max(spcs_pool:container_{kind}_{use}:ratio{{{where}}})", legend=word)
            for word, use in uses.items()
        ),
        steps=SHARE,
        bounded=False,
        decimals=0,
    )


def _pool_share(kind: str, use: str) -> Column:
    title = "CPU" if kind == "cpu" else "Memory"
    name = "used" if use == "usage" else "requested"
    expr = f"sum by ({POOL}) (spcs_pool:container_{kind}_{use}:ratio{{{IN_POOLS}}})"
    return Column(title=f"{title} {name}", expr=expr, unit="percentunit", steps=SHARE, width=85)


# State, as the account writes it -> its colour. In a table it is a number, counted from 1; 0 is a state not reported.
_NUMBERS = {"ACTIVE": "green", "IDLE": "green", "RESIZING": "blue", "STARTING": "blue", "STOPPING": "blue"}
STATES = {
    "0": ("unknown", "text"),
    **{str(number): (state.lower(), color) for number, (state, color) in enumerate(_NUMBERS.items(), 1)},
    "6": ("suspended", "text"),
    "7": ("silent nodes", "red"),
    "8": ("unseen: MONITOR?", "red"),
}


def _state(where: str) -> str:
    """Return the query of each pool's state as a number, and of why a pool that should publish does not."""
    info = f"spcs_compute_pool_info{{{where}"
    should = f'({info}, state=~"ACTIVE|IDLE|RESIZING"}} unless on ({POOL}) spcs_pool:nodes:count{{{where}}})'
    found = f"spcs_discovery_nodes{{{where}}} > 0"
    return (
        f"max by ({POOL}) ("
        # First, because of two series with the same labels `or` takes the one on its left.
        f"({should} and on ({POOL}) ({found})) * 7 or ({should} unless on ({POOL}) ({found})) * 8"
        + "".join(
            f' or {info}, state="{state}"}} * {number}' for number, state in enumerate(("", *_NUMBERS, "SUSPENDED"))
        )
        + ")"
    )


def state_over_time(where: str) -> Signal:
    """Return the state of each pool over time."""
    return Signal(
        title="State of the pool",
        meaning="The state that the account reports; silent are nodes that are found and do not answer, unseen is a "
        "pool that should have nodes and of which none is found.",
        unit="none",
        lines=(Line(expr=_state(where), legend=legend(POOL)),),
        empty="the collector does not ask for states because its configuration names the pools",
    )


POOL_LIST = Listing(
    title="Compute pools",
    meaning="Every pool that the account shows to the role, with its state and nodes, the shares of CPU and memory in "
    "use and requested, and how many containers wait, and have restarted in the time shown. An unseen pool should have "
    "nodes and none is found, perhaps because the role lacks MONITOR on it; nodes of a silent pool are found and do "
    "not answer. Click on a pool to open it.",
    keys={POOL: "Pool"},
    columns=(
        Column(title="State", expr=_state(IN_POOLS), texts=STATES, unit="none", width=150),
        Column(title="Nodes", expr=f"sum by ({POOL}) (spcs_pool:nodes:known{{{IN_POOLS}}})", unit="none", width=60),
        Column(title="Publish", expr=f"sum by ({POOL}) (spcs_pool:nodes:count{{{IN_POOLS}}})", unit="none", width=65),
        _pool_share("cpu", "usage"),
        _pool_share("cpu", "requested"),
        _pool_share("memory", "usage"),
        _pool_share("memory", "requested"),
        Column(
            title="Pending",
            expr=f"sum by ({POOL}) (container_state_pending{{{IN_POOLS}}})",
            steps=NONE_IS_PLAIN,
            width=70,
        ),
        Column(
            title="Restarted",
            expr=f"count by ({POOL}) ({restarted(IN_POOLS, '$__range')})",
            unit="none",
            steps=NONE_IS_PLAIN,
            width=80,
        ),
    ),
    links=(("Pool", "spcs-pool"),),
    first="State",
)
