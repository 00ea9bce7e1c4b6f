"""Series of courses of events whose figures are plain.

Values are promtool's, half a minute apart.
"""

from dataclasses import dataclass

POOL = 'snow_compute_pool_name="P"'
FAMILY = 'snow_compute_pool_node_instance_family="CPU_X64_S"'


def node(number: int, family: str = FAMILY, pool: str = POOL) -> str:
    """Return the labels of a node."""
    return f'{pool}, snow_compute_pool_node_id="{number}", {family}'


def container(number: int, more: str = "") -> str:
    """Return the labels of the one container on a node."""
    service = 'snow_database_name="D", snow_schema_name="S", snow_service_name="A", snow_service_type="Service"'
    return (
        f'{node(number)}, {service}, snow_service_container_instance="{number}", snow_service_container_name="c"{more}'
    )


CONTAINER = (
    'snow_compute_pool_name="P", snow_database_name="D", snow_schema_name="S", snow_service_container_instance="1", '
    'snow_service_container_name="c", snow_service_name="A"'
)
BY_SERVICE = CONTAINER.replace('snow_service_container_instance="1", ', "")
BY_INSTANCE = 'snow_database_name="D", snow_schema_name="S", snow_service_name="A", snow_service_container_instance="1"'
OOM = ', reason="FailedWithOOM"'


ONE_HOUR_OF_A_DAY = {f"node_cpu_capacity{{{node(n)}}}": "_x2761 3x118" for n in (1, 2)}
EMPTY_AND_FULL = {
    f"node_cpu_capacity{{{node(1)}}}": "6x40",
    f"node_cpu_capacity{{{node(2)}}}": "6x40",
    f"container_cpu_requested{{{container(1)}}}": "4x40",
}
EMPTY = {f"node_cpu_capacity{{{node(n)}}}": "6x40" for n in (1, 2)}
HALF_DOWN = {
    **{f"node_cpu_capacity{{{node(n)}}}": "3x40" for n in (1, 2)},
    f"spcs_discovery_nodes{{{POOL}}}": "4x40",
    f'spcs_compute_pool_info{{{POOL}, state="ACTIVE", instance_family="CPU_X64_S"}}': "1x40",
}
IDLE_GPUS = {f"node_gpu_capacity{{{node(n)}}}": "1x1600" for n in (1, 2)}
GPU_IN_USE_AT_FIRST = {
    f"node_gpu_capacity{{{node(1)}}}": "1x1600",
    f'container_gpu_utilization{{{container(1)}, gpu="0"}}': "0.9x15 stale",
}
OVER_ITS_LIMIT = {
    f"container_memory_usage{{{container(1)}}}": "95x2900",
    f"container_memory_requested{{{container(1)}}}": "50x2900",
    f"container_memory_limit{{{container(1)}}}": "100x2900",
}
NEW_FAMILY = {f"node_cpu_capacity{{{node(1, FAMILY.replace('CPU_X64_S', 'NEW_X64'))}}}": "3x2900"}

VOLUME = (
    f'{{{POOL}, snow_database_name="D", snow_schema_name="S", snow_service_name="A", '
    'snow_service_container_instance="1", snow_volume_name="data"}'
)
FULL_VOLUME = {
    f'volume_{what}{{{container(1)}, snow_volume_name="data", snow_volume_replica="0"}}': "100x40"
    for what in ("usage", "capacity")
}

# They use 1 to 12 cores.
TWELVE = {
    f"container_cpu_usage{{{container(1).replace(POOL, POOL.replace('P', f'P{n}'))}}}": f"{n}x40" for n in range(1, 13)
}
# They are in use for 5 to 60 % of the time, and have 24 bytes each.
TWELVE_GPUS = {
    f'container_gpu_{what}{{{container(n)}, gpu="0"}}': f"{value}x40"
    for n in range(1, 13)
    for what, value in (("utilization", n / 20), ("memory_usage", n), ("memory_capacity", 24))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A panel's line (by its legend) or column, over the hours before a minute, and the rows that it must have."""

    board: str
    panel: str
    what: str
    series: dict[str, str]
    rows: dict[str, float]
    hours: float = 24
    minute: int = 1440
