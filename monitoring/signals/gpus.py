"""GPUs: how busy and how full each is, and which containers share it."""

from monitoring.idleness import idle_on_nodes
from monitoring.selectors import (
    CONTAINER_LEGEND,
    GPU,
    GPU_LEGEND,
    NODE,
    OF_CONTAINER,
    OF_GPU,
    OF_NODE,
    POOL,
    legend,
    short,
)
from monitoring.signals import CAPACITY, LIMIT, NONE_IS_GOOD, REQUESTED, SHARE, USED, Column, Line, Listing, Signal
from monitoring.signals.containers import KEYS, LINKS
from monitoring.signals.ranked import Query, ten_and_rest

_NO_GPU = "nothing that is chosen has a GPU, or none is in use"


def _on_gpu(where: str) -> str:
    return f"{short(where, CONTAINER_LEGEND)} gpu {legend(GPU)}"


def time_in_use(where: str) -> Signal:
    """Return the average utilisation of each GPU."""
    return Signal(
        title="GPU: share of time in use",
        meaning="Share of each GPU's time in use: the average over the containers that share it, never their sum. "
        "The ten GPUs that are used most, and the average of the others.",
        unit="percentunit",
        lines=ten_and_rest(
            lambda at: f"avg by ({OF_GPU}) (spcs_gpu:container_gpu_utilization:avg{{{where}}}{at})",
            short(where, GPU_LEGEND),
            "average of the others",
            average=True,
        ),
        empty=_NO_GPU,
    )


def time_in_use_by_container(where: str) -> Signal:
    """Return the GPU utilisation that each container reports."""
    return Signal(
        title="GPU: share of time in use, by container",
        meaning="Utilisation of the GPU that each container is on: the ten with most of it, "
        "and the average of the others.",
        unit="percentunit",
        lines=ten_and_rest(
            lambda at: f"max by ({OF_CONTAINER}, {GPU}) (container_gpu_utilization{{{where}}}{at})",
            _on_gpu(where),
            "average of the others",
            average=True,
        ),
        empty=_NO_GPU,
    )


def memory(where: str) -> Signal:
    """Return used memory and capacity of each GPU."""

    def used(at: str) -> str:
        return f"sum by ({OF_GPU}) (container_gpu_memory_usage{{{where}}}{at})"

    return Signal(
        title="GPU memory: used, capacity",
        meaning="Memory that the containers on each GPU use, and what it has: the ten GPUs with most in use, "
        "and the others as a sum.",
        unit="bytes",
        lines=(
            *ten_and_rest(used, short(where, f"{GPU_LEGEND} used"), "others used", color=USED),
            *ten_and_rest(
                lambda at: f"max by ({OF_GPU}) (container_gpu_memory_capacity{{{where}}}{at})",
                short(where, f"{GPU_LEGEND} capacity"),
                "others capacity",
                by=used,
                dashed=True,
                color=CAPACITY,
            ),
        ),
        empty=_NO_GPU,
    )


def memory_by_container(where: str) -> Signal:
    """Return the GPU memory of each container."""
    return Signal(
        title="GPU memory, by container",
        meaning="GPU memory that each container uses: the ten with most of it, and the others as a sum.",
        unit="bytes",
        lines=ten_and_rest(
            lambda at: f"sum by ({OF_CONTAINER}, {GPU}) (container_gpu_memory_usage{{{where}}}{at})",
            _on_gpu(where),
            "other containers",
        ),
        empty=_NO_GPU,
    )


def memory_share(where: str) -> Signal:
    """Return the share of each GPU's memory in use."""
    return Signal(
        title="GPU memory: share in use",
        meaning="Share of each GPU's memory in use; at 1 the next allocation fails. "
        "The ten GPUs that are fullest, and the average of the others.",
        unit="percentunit",
        lines=ten_and_rest(
            lambda at: f"max by ({OF_GPU}) (spcs_gpu:container_gpu_memory_usage:ratio{{{where}}}{at})",
            GPU_LEGEND,
            "average of the others",
            average=True,
        ),
        empty=_NO_GPU,
        steps=SHARE,
    )


def requested(where: str) -> Signal:
    """Return the GPUs that containers request and may use, against those of the nodes."""

    def capacity(at: str) -> str:
        return f"sum by ({POOL}) (max by ({OF_NODE}) (node_gpu_capacity{{{where}}}{at}))"

    def of(word: str, color: str, query: Query) -> tuple[Line, Line]:
        each = short(where, f"{legend(POOL)} {word}")
        return ten_and_rest(query, each, f"others {word}", by=capacity, dashed=word != "requested", color=color)

    return Signal(
        title="GPUs: requested, limit, capacity",
        meaning="GPUs that containers request and may use, and how many the nodes have: the ten pools with most GPUs, "
        "and the others as a sum.",
        unit="short",
        lines=(
            *of("requested", REQUESTED, lambda at: f"sum by ({POOL}) (container_gpu_requested{{{where}}}{at})"),
            *of("limit", LIMIT, lambda at: f"sum by ({POOL}) (container_gpu_limit{{{where}}}{at})"),
            *of("capacity", CAPACITY, capacity),
        ),
        empty=_NO_GPU,
        decimals=0,
    )


def idle(where: str) -> Signal:
    """Return how many GPUs were hardly used in the time shown."""
    return Signal(
        title="GPUs idle",
        meaning="GPUs of the nodes that were in use for less than 5 % of the time shown, "
        "also those on which no container is.",
        unit="none",
        lines=(Line(expr=f"sum({idle_on_nodes(where, '$__range')})", legend="idle"),),
        empty="no chosen node has a GPU",
        steps=NONE_IS_GOOD,
    )


def idle_by_node(where: str) -> Listing:
    """Return the nodes with idle GPUs."""
    return Listing(
        title="Nodes with idle GPUs",
        meaning="GPUs of each node, and those that were in use for less than 5 % of the time shown.",
        keys={POOL: "Pool", NODE: "Node"},
        columns=(
            Column(title="GPUs", expr=f"max by ({OF_NODE}) (spcs_node:node_gpu_capacity:max{{{where}}})", unit="none"),
            Column(title="Idle", expr=idle_on_nodes(where, "$__range"), unit="none", steps=NONE_IS_GOOD),
        ),
        empty="no chosen node has a GPU",
        links=(("Pool", "spcs-pool"), ("Node", "spcs-node")),
    )


def users(where: str) -> Listing:
    """Return which container uses which GPU."""
    keys = {POOL: "Pool", NODE: "Node", GPU: "GPU"} | {k: v for k, v in KEYS.items() if k != POOL}
    by = ", ".join(keys)
    return Listing(
        title="Who uses which GPU",
        meaning="Each container on a GPU; several may share one.",
        keys=keys,
        columns=(
            Column(title="In use", expr=f"max by ({by}) (container_gpu_utilization{{{where}}})", unit="percentunit"),
            Column(title="Memory", expr=f"max by ({by}) (container_gpu_memory_usage{{{where}}})", unit="bytes"),
        ),
        empty=_NO_GPU,
        links=(*LINKS, ("Node", "spcs-node")),
    )
