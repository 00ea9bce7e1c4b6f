"""GPUs, block volumes and the network."""

from monitoring.selectors import (
    CONTAINER_LEGEND,
    DATABASE,
    ENDPOINT,
    GPU_LEGEND,
    INSTANCE,
    INSTANCE_LEGEND,
    NODE,
    NODE_LEGEND,
    OF_CONTAINER,
    OF_GPU,
    OF_INSTANCE,
    OF_NODE,
    OF_SERVICE,
    OF_VOLUME,
    POOL,
    SCHEMA,
    SERVICE,
    SERVICE_LEGEND,
    VOLUME,
    VOLUME_LEGEND,
    P,
    legend,
)
from monitoring.signals import NONE_IS_GOOD, SHARE, Column, Line, Listing, Signal
from monitoring.signals.containers import KEYS, LINKS

_ON_GPU = f"{CONTAINER_LEGEND} gpu {legend('gpu')}"
_NO_GPU = "nothing that is chosen has a GPU, or none is in use"
_NO_VOLUME = "no service that is chosen has a block volume"
_NO_NETWORK = "no service that is chosen has sent or received anything"


def gpu_use(where: str) -> Signal:
    """Return the average utilisation of each GPU."""
    return Signal(
        title="GPU: share of time in use",
        meaning="Share of each GPU's time in use: the average over the containers that share it, never their sum.",
        unit="percentunit",
        lines=(Line(expr=f"avg by ({OF_GPU}) (spcs_gpu:container_gpu_utilization:avg{{{where}}})", legend=GPU_LEGEND),),
        empty=_NO_GPU,
    )


def gpu_use_of_containers(where: str) -> Signal:
    """Return the GPU utilisation that each container tells."""
    return Signal(
        title="GPU: share of time in use, by container",
        meaning="Utilisation of the GPU that each container is on.",
        unit="percentunit",
        lines=(Line(expr=f"max by ({OF_CONTAINER}, gpu) (container_gpu_utilization{{{where}}})", legend=_ON_GPU),),
        empty=_NO_GPU,
    )


def gpu_memory(where: str) -> Signal:
    """Return used memory and capacity of each GPU."""
    return Signal(
        title="GPU memory: used, capacity",
        meaning="Memory that the containers on each GPU use, and what it has.",
        unit="bytes",
        lines=(
            Line(expr=f"sum by ({OF_GPU}) (container_gpu_memory_usage{{{where}}})", legend=f"{GPU_LEGEND} used"),
            Line(
                expr=f"max by ({OF_GPU}) (container_gpu_memory_capacity{{{where}}})",
                legend=f"{GPU_LEGEND} capacity",
                dashed=True,
            ),
        ),
        empty=_NO_GPU,
    )


def gpu_memory_of_containers(where: str) -> Signal:
    """Return the GPU memory of each container."""
    return Signal(
        title="GPU memory, by container",
        meaning="GPU memory that each container uses.",
        unit="bytes",
        lines=(Line(expr=f"sum by ({OF_CONTAINER}, gpu) (container_gpu_memory_usage{{{where}}})", legend=_ON_GPU),),
        empty=_NO_GPU,
    )


def gpu_memory_share(where: str) -> Signal:
    """Return the share of each GPU's memory in use."""
    return Signal(
        title="GPU memory: share in use",
        meaning="Share of each GPU's memory in use; at 1 the next allocation fails.",
        unit="percentunit",
        lines=(
            Line(expr=f"max by ({OF_GPU}) (spcs_gpu:container_gpu_memory_usage:ratio{{{where}}})", legend=GPU_LEGEND),
        ),
        empty=_NO_GPU,
        steps=SHARE,
    )


def gpus_requested(where: str) -> Signal:
    """Return the GPUs that containers request and may use, against those of the nodes."""
    return Signal(
        title="GPUs: requested, limit, capacity",
        meaning="GPUs that containers request and may use, and how many the nodes have.",
        unit="short",
        lines=(
            Line(expr=f"sum by ({POOL}) (container_gpu_requested{{{where}}})", legend=f"{legend(POOL)} requested"),
            Line(expr=f"sum by ({POOL}) (container_gpu_limit{{{where}}})", legend=f"{legend(POOL)} limit", dashed=True),
            Line(
                expr=f"sum by ({POOL}) (max by ({OF_NODE}) (node_gpu_capacity{{{where}}}))",
                legend=f"{legend(POOL)} capacity",
                dashed=True,
            ),
        ),
        empty=_NO_GPU,
        decimals=0,
    )


def gpus_idle(where: str) -> Signal:
    """Return how many GPUs were hardly used in the time shown."""
    used = f"avg_over_time(spcs_gpu:container_gpu_utilization:avg{{{where}}}[$__range])"
    return Signal(
        title="GPUs idle",
        meaning="GPUs in use for less than 5 % of the time shown.",
        unit="short",
        lines=(Line(expr=f"count({used} < 0.05) or vector(0)", legend="idle"),),
        steps=NONE_IS_GOOD,
    )


def gpu_users(where: str) -> Listing:
    """Return which container uses which GPU."""
    keys = {POOL: "Pool", NODE: "Node", "gpu": "GPU"} | {k: v for k, v in KEYS.items() if k != POOL}
    by = ", ".join(keys)
    return Listing(
        title="Who uses which GPU",
        meaning="Each container on a GPU; several may share one.",
        keys=keys,
        columns=(
            Column(title="In use", expr=f"max by ({by}) (container_gpu_utilization{{{where}}})", unit="percentunit"),
            Column(title="Memory", expr=f"max by ({by}) (container_gpu_memory_usage{{{where}}})", unit="bytes"),
            Column(
                title="Memory of the GPU",
                expr=f"max by ({by}) (container_gpu_memory_capacity{{{where}}})",
                unit="bytes",
            ),
        ),
        empty=_NO_GPU,
        links=(*LINKS, ("Node", "spcs-node")),
    )


def volume_share(where: str) -> Signal:
    """Return the share of each volume in use."""
    return Signal(
        title="Volume: share in use",
        meaning="Share of each block volume in use; at 1 writes fail.",
        unit="percentunit",
        lines=(Line(expr=f"max by ({OF_VOLUME}) (spcs_volume:volume_usage:ratio{{{where}}})", legend=VOLUME_LEGEND),),
        empty=_NO_VOLUME,
        steps=SHARE,
    )


def volume_bytes(where: str) -> Signal:
    """Return used space and size of each volume."""
    return Signal(
        title="Volume: used, size",
        meaning="Used space of each block volume, and its size.",
        unit="bytes",
        lines=(
            Line(expr=f"max by ({OF_VOLUME}) (volume_usage{{{where}}})", legend=f"{VOLUME_LEGEND} used"),
            Line(
                expr=f"max by ({OF_VOLUME}) (volume_capacity{{{where}}})", legend=f"{VOLUME_LEGEND} size", dashed=True
            ),
        ),
        empty=_NO_VOLUME,
    )


def volume_time_left(where: str) -> Signal:
    """Return the seconds until each volume that grows is full."""
    left = f"volume_capacity{{{where}}} - volume_usage{{{where}}}"
    return Signal(
        title="Volume: time until full",
        meaning="When each volume is full if it goes on growing as in the last six hours.",
        unit="s",
        lines=(
            Line(
                expr=f"max by ({OF_VOLUME}) (({left}) / (deriv(volume_usage{{{where}}}[6h]) > 0))", legend=VOLUME_LEGEND
            ),
        ),
        empty="no volume that is chosen grows",
        steps=((None, "red"), (86_400, "orange"), (345_600, "green")),
    )


def volume_flow(where: str, what: str) -> Signal:
    """Return throughput or iops, read and written."""
    title, unit = {"throughput": ("throughput", "Bps"), "iops": ("operations", "iops")}[what]
    return Signal(
        title=f"Volume: {title}",
        meaning=f"Read and written {title} a second of each block volume.",
        unit=unit,
        lines=tuple(
            Line(expr=f"max by ({OF_VOLUME}) (volume_{way}_{what}{{{where}}})", legend=f"{VOLUME_LEGEND} {way}")
            for way in ("read", "write")
        ),
        empty=_NO_VOLUME,
    )


def volume_inflight(where: str) -> Signal:
    """Return the operations in flight."""
    return Signal(
        title="Volume: operations in flight",
        meaning="Operations that each block volume has not answered yet.",
        unit="short",
        lines=(Line(expr=f"max by ({OF_VOLUME}) (volume_io_inflight{{{where}}})", legend=VOLUME_LEGEND),),
        empty=_NO_VOLUME,
    )


VOLUME_KEYS = {
    POOL: "Pool",
    DATABASE: "Database",
    SCHEMA: "Schema",
    SERVICE: "Service",
    INSTANCE: "Instance",
    VOLUME: "Volume",
}


def volumes(where: str) -> Listing:
    """Return the volumes with size and use."""
    by = ", ".join(VOLUME_KEYS)
    return Listing(
        title="Volumes",
        meaning="Each block volume with its size and use.",
        keys=VOLUME_KEYS,
        columns=(
            Column(title="Size", expr=f"max by ({by}) (volume_capacity{{{where}}})", unit="bytes"),
            Column(title="Used", expr=f"max by ({by}) (volume_usage{{{where}}})", unit="bytes"),
            Column(
                title="Share",
                expr=f"max by ({by}) (spcs_volume:volume_usage:ratio{{{where}}})",
                unit="percentunit",
                steps=SHARE,
            ),
        ),
        empty=_NO_VOLUME,
        links=(("Pool", "spcs-pool"), ("Service", "spcs-service")),
    )


def egress(where: str, what: str, by: str = OF_INSTANCE, name: str = INSTANCE_LEGEND) -> Signal:
    """Return bytes or packets a second to and from outside."""
    unit = {"bytes": "Bps", "packets": "pps"}[what]
    return Signal(
        title=f"Egress: {what} a second",
        meaning=f"{what.capitalize()} a second received from outside, and sent there.",
        unit=unit,
        lines=tuple(
            Line(
                expr=f"sum by ({by}) (rate(network_egress_{way}_{what}{{{where}}}[$__rate_interval]))",
                legend=f"{name} {way}",
            )
            for way in ("received", "transmitted")
        ),
        empty=_NO_NETWORK,
    )


def egress_of_nodes(where: str, what: str) -> Signal:
    """Return bytes or packets a second to and from outside by node."""
    return egress(where, what, OF_NODE, NODE_LEGEND)


def denied(where: str) -> Signal:
    """Return the denied packets a second."""
    return Signal(
        title="Egress: packets denied a second",
        meaning="Packets a second that were denied: a network rule or an external access integration misses a host.",
        unit="pps",
        lines=(
            Line(
                expr=f"sum by ({OF_SERVICE}) (rate(network_egress_denied_packets{{{where}}}[$__rate_interval]))",
                legend=SERVICE_LEGEND,
            ),
        ),
        empty=_NO_NETWORK,
        steps=((None, "green"), (0.001, "orange")),
    )


def denied_in_range(where: str) -> Signal:
    """Return how many packets were denied in the time shown."""
    return Signal(
        title="Packets denied in this time",
        meaning="Packets that were denied within the time shown.",
        unit="short",
        lines=(
            Line(
                expr=f"sum(ceil(increase(network_egress_denied_packets{{{where}}}[$__range]))) or vector(0)",
                legend="denied",
            ),
        ),
        steps=NONE_IS_GOOD,
        decimals=0,
    )


def talkers(way: str) -> Signal:
    """Return the ten services that send (transmitted) or receive (received) most."""
    verb = {"transmitted": "send", "received": "receive"}[way]
    recorded = f"spcs_service:network_egress_{way}_bytes:rate5m{{{P}}}"
    return Signal(
        title=f"Services that {verb} most",
        meaning=f"The ten services that {verb} most bytes a second from or to outside.",
        unit="Bps",
        lines=(Line(expr=f"topk(10, sum by ({OF_SERVICE}) ({recorded}))", legend=SERVICE_LEGEND),),
        empty=_NO_NETWORK,
    )


def ingress(where: str, what: str) -> Signal:
    """Return open connections (connections_active) or new ones a second (cps) of each endpoint."""
    title, unit = {"connections_active": ("open connections", "short"), "cps": ("new connections a second", "cps")}[
        what
    ]
    expr = f"sum by ({OF_SERVICE}, {ENDPOINT}) (network_ingress_{what}{{{where}}})"
    return Signal(
        title=f"Ingress: {title}",
        meaning=f"{title.capitalize()} of each endpoint.",
        unit=unit,
        lines=(Line(expr=expr, legend=f"{SERVICE_LEGEND} {legend(ENDPOINT)}"),),
        empty="no service that is chosen has an endpoint",
    )
