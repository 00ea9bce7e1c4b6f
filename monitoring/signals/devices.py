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
        "GPU: share of time in use",
        "Share of each GPU's time in use: the average over the containers that share it, never their sum.",
        "percentunit",
        (Line(f"avg by ({OF_GPU}) (spcs_gpu:container_gpu_utilization:avg{{{where}}})", GPU_LEGEND),),
        _NO_GPU,
    )


def gpu_use_of_containers(where: str) -> Signal:
    """Return the GPU utilisation that each container tells."""
    return Signal(
        "GPU: share of time in use, by container", "Utilisation of the GPU that each container is on.", "percentunit",
        (Line(f"max by ({OF_CONTAINER}, gpu) (container_gpu_utilization{{{where}}})", _ON_GPU),),
        _NO_GPU,
    )  # fmt: skip


def gpu_memory(where: str) -> Signal:
    """Return used memory and capacity of each GPU."""
    return Signal(
        "GPU memory: used, capacity", "Memory that the containers on each GPU use, and what it has.", "bytes",
        (
            Line(f"sum by ({OF_GPU}) (container_gpu_memory_usage{{{where}}})", f"{GPU_LEGEND} used"),
            Line(
                f"max by ({OF_GPU}) (container_gpu_memory_capacity{{{where}}})", f"{GPU_LEGEND} capacity", dashed=True
            ),
        ),
        _NO_GPU,
    )  # fmt: skip


def gpu_memory_of_containers(where: str) -> Signal:
    """Return the GPU memory of each container."""
    return Signal(
        "GPU memory, by container", "GPU memory that each container uses.", "bytes",
        (Line(f"sum by ({OF_CONTAINER}, gpu) (container_gpu_memory_usage{{{where}}})", _ON_GPU),),
        _NO_GPU,
    )  # fmt: skip


def gpu_memory_share(where: str) -> Signal:
    """Return the share of each GPU's memory in use."""
    return Signal(
        "GPU memory: share in use", "Share of each GPU's memory in use; at 1 the next allocation fails.", "percentunit",
        (Line(f"max by ({OF_GPU}) (spcs_gpu:container_gpu_memory_usage:ratio{{{where}}})", GPU_LEGEND),),
        _NO_GPU, steps=SHARE,
    )  # fmt: skip


def gpus_requested(where: str) -> Signal:
    """Return the GPUs that containers request and may use, against those of the nodes."""
    return Signal(
        "GPUs: requested, limit, capacity", "GPUs that containers request and may use, and how many the nodes have.",
        "short",
        (
            Line(f"sum by ({POOL}) (container_gpu_requested{{{where}}})", f"{legend(POOL)} requested"),
            Line(f"sum by ({POOL}) (container_gpu_limit{{{where}}})", f"{legend(POOL)} limit", dashed=True),
            Line(
                f"sum by ({POOL}) (max by ({OF_NODE}) (node_gpu_capacity{{{where}}}))", f"{legend(POOL)} capacity",
                dashed=True,
            ),
        ),
        _NO_GPU, decimals=0,
    )  # fmt: skip


def gpus_idle(where: str) -> Signal:
    """Return how many GPUs were hardly used in the time shown."""
    used = f"avg_over_time(spcs_gpu:container_gpu_utilization:avg{{{where}}}[$__range])"
    return Signal(
        "GPUs idle", "GPUs in use for less than 5 % of the time shown.", "short",
        (Line(f"count({used} < 0.05) or vector(0)", "idle"),),
        steps=NONE_IS_GOOD,
    )  # fmt: skip


def gpu_users(where: str) -> Listing:
    """Return which container uses which GPU."""
    keys = {POOL: "Pool", NODE: "Node", "gpu": "GPU"} | {k: v for k, v in KEYS.items() if k != POOL}
    by = ", ".join(keys)
    return Listing(
        "Who uses which GPU", "Each container on a GPU; several may share one.", keys,
        (
            Column("In use", f"max by ({by}) (container_gpu_utilization{{{where}}})", "percentunit"),
            Column("Memory", f"max by ({by}) (container_gpu_memory_usage{{{where}}})", "bytes"),
            Column("Memory of the GPU", f"max by ({by}) (container_gpu_memory_capacity{{{where}}})", "bytes"),
        ),
        _NO_GPU, links=(*LINKS, ("Node", "spcs-node")),
    )  # fmt: skip


def volume_share(where: str) -> Signal:
    """Return the share of each volume in use."""
    return Signal(
        "Volume: share in use", "Share of each block volume in use; at 1 writes fail.", "percentunit",
        (Line(f"max by ({OF_VOLUME}) (spcs_volume:volume_usage:ratio{{{where}}})", VOLUME_LEGEND),),
        _NO_VOLUME, steps=SHARE,
    )  # fmt: skip


def volume_bytes(where: str) -> Signal:
    """Return used space and size of each volume."""
    return Signal(
        "Volume: used, size", "Used space of each block volume, and its size.", "bytes",
        (
            Line(f"max by ({OF_VOLUME}) (volume_usage{{{where}}})", f"{VOLUME_LEGEND} used"),
            Line(f"max by ({OF_VOLUME}) (volume_capacity{{{where}}})", f"{VOLUME_LEGEND} size", dashed=True),
        ),
        _NO_VOLUME,
    )  # fmt: skip


def volume_time_left(where: str) -> Signal:
    """Return the seconds until each volume that grows is full."""
    left = f"volume_capacity{{{where}}} - volume_usage{{{where}}}"
    return Signal(
        "Volume: time until full", "When each volume is full if it goes on growing as in the last six hours.", "s",
        (Line(f"max by ({OF_VOLUME}) (({left}) / (deriv(volume_usage{{{where}}}[6h]) > 0))", VOLUME_LEGEND),),
        "no volume that is chosen grows", steps=((None, "red"), (86_400, "orange"), (345_600, "green")),
    )  # fmt: skip


def volume_flow(where: str, what: str) -> Signal:
    """Return throughput or iops, read and written."""
    title, unit = {"throughput": ("throughput", "Bps"), "iops": ("operations", "iops")}[what]
    return Signal(
        f"Volume: {title}", f"Read and written {title} a second of each block volume.", unit,
        tuple(
            Line(f"max by ({OF_VOLUME}) (volume_{way}_{what}{{{where}}})", f"{VOLUME_LEGEND} {way}")
            for way in ("read", "write")
        ),
        _NO_VOLUME,
    )  # fmt: skip


def volume_inflight(where: str) -> Signal:
    """Return the operations in flight."""
    return Signal(
        "Volume: operations in flight", "Operations that each block volume has not answered yet.", "short",
        (Line(f"max by ({OF_VOLUME}) (volume_io_inflight{{{where}}})", VOLUME_LEGEND),), _NO_VOLUME,
    )  # fmt: skip


VOLUME_KEYS = {
    POOL: "Pool", DATABASE: "Database", SCHEMA: "Schema", SERVICE: "Service", INSTANCE: "Instance", VOLUME: "Volume",
}  # fmt: skip


def volumes(where: str) -> Listing:
    """Return the volumes with size and use."""
    by = ", ".join(VOLUME_KEYS)
    return Listing(
        "Volumes", "Each block volume with its size and use.", VOLUME_KEYS,
        (
            Column("Size", f"max by ({by}) (volume_capacity{{{where}}})", "bytes"),
            Column("Used", f"max by ({by}) (volume_usage{{{where}}})", "bytes"),
            Column("Share", f"max by ({by}) (spcs_volume:volume_usage:ratio{{{where}}})", "percentunit", SHARE),
        ),
        _NO_VOLUME, links=(("Pool", "spcs-pool"), ("Service", "spcs-service")),
    )  # fmt: skip


def egress(where: str, what: str, by: str = OF_INSTANCE, name: str = INSTANCE_LEGEND) -> Signal:
    """Return bytes or packets a second to and from outside."""
    unit = {"bytes": "Bps", "packets": "pps"}[what]
    return Signal(
        f"Egress: {what} a second", f"{what.capitalize()} a second received from outside, and sent there.", unit,
        tuple(
            Line(f"sum by ({by}) (rate(network_egress_{way}_{what}{{{where}}}[$__rate_interval]))", f"{name} {way}")
            for way in ("received", "transmitted")
        ),
        _NO_NETWORK,
    )  # fmt: skip


def egress_of_nodes(where: str, what: str) -> Signal:
    """Return bytes or packets a second to and from outside by node."""
    return egress(where, what, OF_NODE, NODE_LEGEND)


def denied(where: str) -> Signal:
    """Return the denied packets a second."""
    return Signal(
        "Egress: packets denied a second",
        "Packets a second that were denied: a network rule or an external access integration misses a host.",
        "pps",
        (
            Line(
                f"sum by ({OF_SERVICE}) (rate(network_egress_denied_packets{{{where}}}[$__rate_interval]))",
                SERVICE_LEGEND,
            ),
        ),
        _NO_NETWORK,
        steps=((None, "green"), (0.001, "orange")),
    )


def denied_in_range(where: str) -> Signal:
    """Return how many packets were denied in the time shown."""
    return Signal(
        "Packets denied in this time", "Packets that were denied within the time shown.", "short",
        (Line(f"sum(ceil(increase(network_egress_denied_packets{{{where}}}[$__range]))) or vector(0)", "denied"),),
        steps=NONE_IS_GOOD, decimals=0,
    )  # fmt: skip


def talkers(way: str) -> Signal:
    """Return the ten services that send (transmitted) or receive (received) most."""
    verb = {"transmitted": "send", "received": "receive"}[way]
    recorded = f"spcs_service:network_egress_{way}_bytes:rate5m{{{P}}}"
    return Signal(
        f"Services that {verb} most", f"The ten services that {verb} most bytes a second from or to outside.", "Bps",
        (Line(f"topk(10, sum by ({OF_SERVICE}) ({recorded}))", SERVICE_LEGEND),),
        _NO_NETWORK,
    )  # fmt: skip


def ingress(where: str, what: str) -> Signal:
    """Return open connections (connections_active) or new ones a second (cps) of each endpoint."""
    title, unit = {"connections_active": ("open connections", "short"), "cps": ("new connections a second", "cps")}[
        what
    ]
    expr = f"sum by ({OF_SERVICE}, {ENDPOINT}) (network_ingress_{what}{{{where}}})"
    return Signal(
        f"Ingress: {title}", f"{title.capitalize()} of each endpoint.", unit,
        (Line(expr, f"{SERVICE_LEGEND} {legend(ENDPOINT)}"),),
        "no service that is chosen has an endpoint",
    )  # fmt: skip
