"""Recording rules: what boards and alerts share. `by` of each is its level."""

from collections.abc import Iterator

from monitoring.prices import CREDITS_PER_NODE_HOUR, EFFECTIVE
from monitoring.restarts import RECENT_RESTARTS, restarts
from monitoring.rules import Recording
from monitoring.selectors import CONTAINER, FAMILY, NODE, OF_GPU, OF_NODE, OF_SERVICE, POOL
from monitoring.signals import RECORDED_SECONDS

# A rate needs a few samples of the collector's interval.
RATE = "5m"
_NAMES = {"cpu": "CPU", "memory": "memory"}
_TITLES = {"cpu": "CPU cores", "memory": "Memory"}
_USES = {"usage": "in use", "requested": "requested"}


def _nodes() -> Iterator[Recording]:
    for kind in ("cpu", "memory"):
        # A node that is seen through two scrapes must not count twice.
        capacity = f"(max by ({OF_NODE}) (node_{kind}_capacity) > 0)"
        for use in ("usage", "requested"):
            total = f"sum by ({OF_NODE}) (container_{kind}_{use})"
            if use == "usage":
                yield Recording(
                    name=f"spcs_node:container_{kind}_usage:sum",
                    expr=total,
                    meaning=f"{_TITLES[kind]} in use on a node",
                )
            # A node without containers is empty, which is not unknown: its capacity is there.
            yield Recording(
                name=f"spcs_node:container_{kind}_{use}:ratio",
                expr=f"({total} or {capacity} * 0) / on ({OF_NODE}) {capacity}",
                meaning=f"Share of a node's {_NAMES[kind]} {_USES[use]}",
            )


def _pools() -> Iterator[Recording]:
    yield Recording(
        name="spcs_pool:nodes:count",
        expr=f"count by ({POOL}, {FAMILY}) (max by ({POOL}, {FAMILY}, {NODE}) (node_cpu_capacity))",
        meaning="Nodes of a pool that publish metrics",
    )
    yield Recording(
        name="spcs_pool:nodes:known",
        expr=f"max by ({POOL}, {FAMILY}) (count by ({POOL}, {FAMILY})"
        f" (max by ({POOL}, {FAMILY}, {NODE}) (node_cpu_capacity)) or {_discovered()})",
        meaning="Nodes of a pool that discovery knows or that publish metrics, whichever are more",
    )
    for kind in ("cpu", "memory"):
        capacity = f"sum by ({POOL}) (max by ({OF_NODE}) (node_{kind}_capacity))"
        yield Recording(
            name=f"spcs_pool:node_{kind}_capacity:sum", expr=capacity, meaning=f"{_TITLES[kind]} of all nodes of a pool"
        )
        for use in ("usage", "requested"):
            yield Recording(
                name=f"spcs_pool:container_{kind}_{use}:ratio",
                expr=f"(sum by ({POOL}) (container_{kind}_{use}) or {capacity} * 0) / on ({POOL}) ({capacity} > 0)",
                meaning=f"Share of a pool's {_NAMES[kind]} {_USES[use]}",
            )


def _discovered() -> str:
    """Return the query of the nodes that discovery knows, with the family that the account reports."""
    family = f"max by ({POOL}, instance_family) (spcs_compute_pool_info)"
    nodes = f"max by ({POOL}) (spcs_discovery_nodes > 0) * on ({POOL}) group_right () {family}"
    return f'label_replace({nodes}, "{FAMILY}", "$1", "instance_family", "(.*)")'


def _prices() -> Recording:
    known = (
        f'label_replace(vector({price}), "{FAMILY}", "{family}", "", "")'
        for family, price in CREDITS_PER_NODE_HOUR.items()
    )
    return Recording(
        name="spcs_family:node_hour:credits",
        expr=" or ".join(known),
        meaning=f"Credits of a node hour by instance family, as of {EFFECTIVE}",
    )


def _gpus_and_volumes() -> Iterator[Recording]:
    yield Recording(
        name="spcs_node:node_gpu_capacity:max",
        expr=f"max by ({OF_NODE}) (node_gpu_capacity)",
        meaning="GPUs of a node",
    )
    yield Recording(
        name="spcs_gpu:container_gpu_utilization:avg",
        expr=f"avg by ({OF_GPU}) (container_gpu_utilization)",
        meaning="Share of a GPU's time in use: the average, because every container on the GPU reports the same value",
    )
    yield Recording(
        name="spcs_gpu:container_gpu_memory_usage:ratio",
        expr=f"sum by ({OF_GPU}) (container_gpu_memory_usage)"
        f" / on ({OF_GPU}) (max by ({OF_GPU}) (container_gpu_memory_capacity) > 0)",
        meaning="Share of a GPU's memory in use",
    )
    yield Recording(
        name="spcs_volume:volume_usage:ratio",
        expr="volume_usage / (volume_capacity > 0)",
        meaning="Share of a volume in use",
    )


def _services() -> Iterator[Recording]:
    # Only these three assume that the totals of the network are cumulative counters.
    for what in ("received_bytes", "transmitted_bytes", "denied_packets"):
        yield Recording(
            name=f"spcs_service:network_egress_{what}:rate5m",
            expr=f"sum by ({POOL}, {OF_SERVICE}) (rate(network_egress_{what}[{RATE}]))",
            meaning=f"Egress of a service a second: {what.replace('_', ' ')}",
        )
    for kind, over in (("cpu", "avg_over_time"), ("memory", "max_over_time")):
        # What waits or has ended uses nothing of its request, and publishes no use.
        requested = f"container_{kind}_requested"
        unused = f"clamp_min({requested} - {over}(container_{kind}_usage[1h]) or {requested}, 0)"
        yield Recording(
            name=f"spcs_service:container_{kind}_requested_unused:sum",
            expr=f"sum by ({POOL}, {OF_SERVICE}) ({unused})",
            meaning=f"{_TITLES[kind]} that a service requests and has not used for an hour",
        )


def _restarts() -> Iterator[Recording]:
    # Of those alone that have any: three alerts read it, and hardly a container restarts.
    yield Recording(
        name=RECENT_RESTARTS,
        expr=f"{restarts('', '15m')} > 0",
        meaning="Restarts of a container within a quarter of an hour, where there are any",
    )
    yield Recording(
        name="spcs_service:container_restarts:increase1h",
        expr=f"sum by ({POOL}, {OF_SERVICE}, {CONTAINER}) {restarts('', '1h')}",
        meaning="Restarts of a service's container within an hour, over all instances",
    )


def _growth() -> Recording:
    return Recording(
        name="spcs_volume:volume_usage:deriv6h",
        expr="deriv(volume_usage[6h])",
        meaning="Bytes a second by which a volume fills up, over six hours",
    )


def _days() -> Iterator[Recording]:
    # Over the instances: a series per container and instance would cost the store as much as the series that it reads.
    by = f"{POOL}, {OF_SERVICE}, {CONTAINER}"
    yield Recording(
        name="spcs_service:container_cpu_usage:p95_1d",
        expr=f"max by ({by}) (quantile_over_time(0.95, container_cpu_usage[1d]))",
        meaning="CPU cores that every instance of a service's container stays below for 95 % of a day",
    )
    yield Recording(
        name="spcs_service:container_memory_usage:max_1d",
        expr=f"max by ({by}) (max_over_time(container_memory_usage[1d]))",
        meaning="Most memory that an instance of a service's container used within a day",
    )


# Group -> interval and rules.
GROUPS: dict[str, tuple[str, tuple[Recording, ...]]] = {
    "spcs-recording": (
        f"{RECORDED_SECONDS}s",
        (*_nodes(), *_pools(), *_gpus_and_volumes(), *_services(), _prices()),
    ),
    # Restarts are five passes over the window of every container: with 427,000 series half of what all rules took.
    "spcs-recording-windows": ("1m", (*_restarts(), _growth())),
    # A store shows a sample for five minutes, and what is recorded is 30 seconds old by then: longer would leave holes.
    "spcs-recording-days": ("4m", tuple(_days())),
}
RECORDINGS: dict[str, Recording] = {rule.name: rule for _, rules in GROUPS.values() for rule in rules}
