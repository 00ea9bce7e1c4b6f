"""Courses of events whose figures are plain, and what each board must show of them.

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
OOM = ', reason="FailedWithOOM"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A panel's line (by its legend) or column, over the hours before a minute, and the rows that it must have."""

    board: str
    panel: str
    what: str
    series: dict[str, str]
    rows: dict[str, float]
    hours: int = 24
    minute: int = 1440


_ONE_HOUR_OF_A_DAY = {f"node_cpu_capacity{{{node(n)}}}": "_x2761 3x118" for n in (1, 2)}
_EMPTY_AND_FULL = {
    f"node_cpu_capacity{{{node(1)}}}": "6x40",
    f"node_cpu_capacity{{{node(2)}}}": "6x40",
    f"container_cpu_requested{{{container(1)}}}": "4x40",
}
_EMPTY = {f"node_cpu_capacity{{{node(n)}}}": "6x40" for n in (1, 2)}
_HALF_DOWN = {
    **{f"node_cpu_capacity{{{node(n)}}}": "3x40" for n in (1, 2)},
    f"spcs_discovery_nodes{{{POOL}}}": "4x40",
    f'spcs_compute_pool_info{{{POOL}, state="ACTIVE", instance_family="CPU_X64_S"}}': "1x40",
}
_IDLE_GPUS = {f"node_gpu_capacity{{{node(n)}}}": "1x1600" for n in (1, 2)}
_GPU_IN_USE_AT_FIRST = {
    f"node_gpu_capacity{{{node(1)}}}": "1x1600",
    f'container_gpu_utilization{{{container(1)}, gpu="0"}}': "0.9x15 stale",
}
_OVER_ITS_LIMIT = {
    f"container_memory_usage{{{container(1)}}}": "95x2900",
    f"container_memory_requested{{{container(1)}}}": "50x2900",
    f"container_memory_limit{{{container(1)}}}": "100x2900",
}
_NEW_FAMILY = {f"node_cpu_capacity{{{node(1, FAMILY.replace('CPU_X64_S', 'NEW_X64'))}}}": "3x2900"}

FIGURES: dict[str, Figure] = {
    "node hours are those in which nodes were there": Figure(
        board="spcs-sizing",
        panel="Node hours in this time",
        what="hours",
        series=_ONE_HOUR_OF_A_DAY,
        rows={"{}": 2},
    ),
    "credits are those of the instance family": Figure(
        board="spcs-sizing",
        panel="Cost by pool",
        what="Credits",
        series=_ONE_HOUR_OF_A_DAY
        | {f"node_cpu_capacity{{{node(3, FAMILY.replace('X64_S', 'X64_L'))}}}": "_x2761 28x118"},
        rows={f"{{{POOL}, {FAMILY}}}": 0.22, f"{{{POOL}, {FAMILY.replace('X64_S', 'X64_L')}}}": 0.83},
    ),
    "cost follows the price of a credit": Figure(
        board="spcs-sizing",
        panel="Cost by pool",
        what="Cost",
        series=_ONE_HOUR_OF_A_DAY,
        rows={f"{{{POOL}, {FAMILY}}}": 0.44},
    ),
    "credits of all pools are unknown while one has no price": Figure(
        board="spcs-sizing",
        panel="Credits in this time",
        what="credits",
        series=_ONE_HOUR_OF_A_DAY | _NEW_FAMILY,
        rows={},
    ),
    "a GPU without containers idles": Figure(
        board="spcs-gpu",
        panel="GPUs idle",
        what="idle",
        series=_IDLE_GPUS,
        rows={"{}": 2},
        hours=6,
        minute=720,
    ),
    "a GPU idles after its container went": Figure(
        board="spcs-gpu",
        panel="GPUs idle",
        what="idle",
        series=_GPU_IN_USE_AT_FIRST,
        rows={"{}": 1},
        hours=6,
        minute=360,
    ),
    "an empty node is free as a whole": Figure(
        board="spcs-pool",
        panel="CPU cores: free to request",
        what="{{snow_compute_pool_name}} one node",
        series=_EMPTY_AND_FULL,
        rows={f"{{{POOL}}}": 6},
        minute=10,
    ),
    "an empty pool is free as a whole": Figure(
        board="spcs-pool",
        panel="CPU cores: free to request",
        what="{{snow_compute_pool_name}} pool",
        series=_EMPTY,
        rows={f"{{{POOL}}}": 12},
        minute=10,
    ),
    "an empty pool uses nothing of its capacity": Figure(
        board="spcs-home",
        panel="Compute pools",
        what="CPU used",
        series=_EMPTY,
        rows={f"{{{POOL}}}": 0},
        minute=10,
    ),
    "an empty pool has nothing requested of it": Figure(
        board="spcs-home",
        panel="Compute pools",
        what="CPU requested",
        series=_EMPTY,
        rows={f"{{{POOL}}}": 0},
        minute=10,
    ),
    "an empty node uses nothing of its capacity": Figure(
        board="spcs-node",
        panel="Node CPU cores: share in use and requested",
        what="{{snow_compute_pool_name}} {{snow_compute_pool_node_id}} used",
        series={f"node_cpu_capacity{{{node(1)}}}": "6x40"},
        rows={f'{{{POOL}, snow_compute_pool_node_id="1"}}': 0},
        minute=10,
    ),
    "one restart is one": Figure(
        board="spcs-home",
        panel="Restarts in this time",
        what="restarts",
        series={f"container_restarts{{{container(1)}}}": "5x100 6x200"},
        rows={"{}": 1},
        hours=1,
        minute=90,
    ),
    "restarts of an instance that was made anew are counted from its start": Figure(
        board="spcs-home",
        panel="Restarts in this time",
        what="restarts",
        series={f"container_restarts{{{container(1)}}}": "7x100 0x20 1x20 2x100"},
        rows={"{}": 2},
        hours=1,
        minute=90,
    ),
    "two restarts between two scrapes are two": Figure(
        board="spcs-home",
        panel="Compute pools",
        what="Restarts",
        series={f"container_restarts{{{container(1)}}}": "5x100 7x200"},
        rows={f"{{{POOL}}}": 2},
        hours=1,
        minute=90,
    ),
    "recorded restarts are exact": Figure(
        board="spcs-container",
        panel="Restarts within an hour",
        what="{{snow_database_name}}.{{snow_schema_name}}.{{snow_service_name}}.{{snow_service_container_name}}",
        series={f"container_restarts{{{container(1)}}}": "5x100 6x200"},
        rows={f"{{{BY_SERVICE.replace(f'{POOL}, ', '')}}}": 1},
        minute=90,
    ),
    "a failure that has passed needs no attention": Figure(
        board="spcs-home",
        panel="Needs attention",
        what="Failed",
        series={
            f"container_restarts{{{container(1)}}}": "0x10 1x3000",
            f"container_state_last_finished_reason{{{container(1, OOM)}}}": "_x10 1x3000",
        },
        rows={},
        minute=1445,
    ),
    "a failure with a restart in the time shown needs attention": Figure(
        board="spcs-home",
        panel="Needs attention",
        what="Failed",
        series={
            f"container_restarts{{{container(1)}}}": "0x10 1x300",
            f"container_state_last_finished_reason{{{container(1, OOM)}}}": "_x10 1x300",
        },
        rows={f"{{{CONTAINER}{OOM}}}": 1},
        hours=1,
        minute=30,
    ),
    "a job that failed in the time shown needs attention": Figure(
        board="spcs-home",
        panel="Needs attention",
        what="Failed",
        series={
            f"container_restarts{{{container(1)}}}": "0x300",
            f"container_state_finished{{{container(1)}}}": "_x10 1x300",
            f"container_state_last_finished_reason{{{container(1, OOM)}}}": "_x10 1x300",
        },
        rows={f"{{{CONTAINER}{OOM}}}": 1},
        hours=1,
        minute=30,
    ),
    "nodes that do not answer are there": Figure(
        board="spcs-home", panel="Nodes", what="nodes", series=_HALF_DOWN, rows={"{}": 4}, minute=10
    ),
    "nodes that publish are shown where they are fewer": Figure(
        board="spcs-home", panel="Nodes", what="publish", series=_HALF_DOWN, rows={"{}": 2}, minute=10
    ),
    "nodes that publish are not shown where they are all": Figure(
        board="spcs-home", panel="Nodes", what="publish", series=_EMPTY, rows={}, minute=10
    ),
    "a suggested request is at most the limit": Figure(
        board="spcs-sizing",
        panel="Suggested requests",
        what="Memory suggested",
        series=_OVER_ITS_LIMIT,
        rows={f"{{{BY_SERVICE}}}": 100},
        minute=1400,
    ),
    "a limit is suggested where the request would pass it": Figure(
        board="spcs-sizing",
        panel="Suggested requests",
        what="Memory limit suggested",
        series=_OVER_ITS_LIMIT,
        rows={f"{{{BY_SERVICE}}}": 114},
        minute=1400,
    ),
    "a suspended pool is on Home, by its state": Figure(
        board="spcs-home",
        panel="Compute pools",
        what="State",
        series={f'spcs_compute_pool_info{{{POOL}, state="SUSPENDED", instance_family="CPU_X64_S"}}': "1x40"},
        rows={f"{{{POOL}}}": 6},
        minute=10,
    ),
    "a pool that should have nodes and has none is on Home as not seen": Figure(
        board="spcs-home",
        panel="Compute pools",
        what="State",
        series={f'spcs_compute_pool_info{{{POOL}, state="ACTIVE", instance_family="CPU_X64_S"}}': "1x40"},
        rows={f"{{{POOL}}}": 7},
        minute=10,
    ),
    "a pool that publishes is on Home by its state": Figure(
        board="spcs-home", panel="Compute pools", what="State", series=_HALF_DOWN, rows={f"{{{POOL}}}": 1}, minute=10
    ),
    "what waits uses nothing of its request": Figure(
        board="spcs-sizing",
        panel="Memory: requested and unused",
        what="{{snow_database_name}}.{{snow_schema_name}}.{{snow_service_name}}",
        series={f"container_memory_requested{{{container(1)}}}": "50x40"},
        rows={'{snow_database_name="D", snow_schema_name="S", snow_service_name="A"}': 50},
        minute=10,
    ),
}
