"""What each board must show of courses of events whose figures are plain."""

from application_figures import APPLICATION_FIGURES
from courses import (
    BY_SERVICE,
    CONTAINER,
    EMPTY,
    EMPTY_AND_FULL,
    FAMILY,
    HALF_DOWN,
    NEW_FAMILY,
    ONE_HOUR_OF_A_DAY,
    OOM,
    OVER_ITS_LIMIT,
    POOL,
    TWELVE,
    Figure,
    container,
    node,
)
from gpu_figures import GPU_FIGURES
from live_figures import LIVE_FIGURES
from volume_figures import VOLUME_FIGURES

FIGURES: dict[str, Figure] = {
    **GPU_FIGURES,
    **VOLUME_FIGURES,
    **APPLICATION_FIGURES,
    **LIVE_FIGURES,
    "node hours are those in which nodes were there": Figure(
        board="spcs-sizing", panel="Node hours in this time", what="hours", series=ONE_HOUR_OF_A_DAY, rows={"{}": 2}
    ),
    "credits are those of the instance family": Figure(
        board="spcs-sizing",
        panel="Cost by pool",
        what="Credits",
        series=ONE_HOUR_OF_A_DAY
        | {f"node_cpu_capacity{{{node(3, FAMILY.replace('X64_S', 'X64_L'))}}}": "_x2761 28x118"},
        rows={f"{{{POOL}, {FAMILY}}}": 0.22, f"{{{POOL}, {FAMILY.replace('X64_S', 'X64_L')}}}": 0.83},
    ),
    "cost follows the price of a credit": Figure(
        board="spcs-sizing",
        panel="Cost by pool",
        what="Cost",
        series=ONE_HOUR_OF_A_DAY,
        rows={f"{{{POOL}, {FAMILY}}}": 0.44},
    ),
    "credits of all pools are unknown while one has no price": Figure(
        board="spcs-sizing",
        panel="Credits in this time",
        what="credits",
        series=ONE_HOUR_OF_A_DAY | NEW_FAMILY,
        rows={},
    ),
    "an empty node is free as a whole": Figure(
        board="spcs-pool",
        panel="CPU cores: free to request",
        what="one node",
        series=EMPTY_AND_FULL,
        rows={f"{{{POOL}}}": 6},
        minute=10,
    ),
    "an empty pool is free as a whole": Figure(
        board="spcs-pool",
        panel="CPU cores: free to request",
        what="pool",
        series=EMPTY,
        rows={f"{{{POOL}}}": 12},
        minute=10,
    ),
    "an empty pool uses nothing of its capacity": Figure(
        board="spcs-home", panel="Compute pools", what="CPU used", series=EMPTY, rows={f"{{{POOL}}}": 0}, minute=10
    ),
    "an empty pool has nothing requested of it": Figure(
        board="spcs-home",
        panel="Compute pools",
        what="CPU requested",
        series=EMPTY,
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
        board="spcs-pool",
        panel="Restarts in this time",
        what="restarts",
        series={f"container_restarts{{{container(1)}}}": "5x100 6x200"},
        rows={"{}": 1},
        hours=1,
        minute=90,
    ),
    "restarts of an instance that was made anew are counted from its start": Figure(
        board="spcs-pool",
        panel="Restarts in this time",
        what="restarts",
        series={f"container_restarts{{{container(1)}}}": "7x100 0x20 1x20 2x100"},
        rows={"{}": 2},
        hours=1,
        minute=90,
    ),
    "a container that restarted is one however often it did": Figure(
        board="spcs-home",
        panel="Containers that restarted",
        what="restarted",
        series={f"container_restarts{{{container(1)}}}": "5x100 7x200"},
        rows={"{}": 1},
        hours=1,
        minute=90,
    ),
    "an instance that was made anew has not restarted": Figure(
        board="spcs-home",
        panel="Containers that restarted",
        what="restarted",
        series={f"container_restarts{{{container(1)}}}": "7x70 0x200", f"node_cpu_capacity{{{node(1)}}}": "6x300"},
        rows={"{}": 0},
        hours=1,
        minute=90,
    ),
    "two restarts between two scrapes are two": Figure(
        board="spcs-pool",
        panel="Restarts in this time",
        what="restarts",
        series={f"container_restarts{{{container(1)}}}": "5x100 7x200"},
        rows={"{}": 2},
        hours=1,
        minute=90,
    ),
    "a pool lists how many of its containers restarted": Figure(
        board="spcs-home",
        panel="Compute pools",
        what="Restarted",
        series={
            f"container_restarts{{{container(1)}}}": "5x100 7x200",
            f"container_restarts{{{container(2)}}}": "1x300",
        },
        rows={f"{{{POOL}}}": 1},
        hours=1,
        minute=90,
    ),
    "recorded restarts are exact": Figure(
        board="spcs-container",
        panel="Restarts within an hour",
        what="{{snow_service_container_name}}",
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
        board="spcs-home", panel="Nodes", what="nodes", series=HALF_DOWN, rows={"{}": 4}, minute=10
    ),
    "nodes that publish are shown where they are fewer": Figure(
        board="spcs-home", panel="Nodes", what="publish", series=HALF_DOWN, rows={"{}": 2}, minute=10
    ),
    "capacity is that of all nodes, also of those that do not answer": Figure(
        board="spcs-pool",
        panel="CPU cores: used, requested, capacity",
        what="capacity",
        series=HALF_DOWN,
        rows={f"{{{POOL}}}": 12},
        minute=10,
    ),
    "a pool that publishes nothing has an unknown number of containers": Figure(
        board="spcs-home", panel="Containers running", what="running", series={}, rows={}, minute=10
    ),
    "a pool that publishes and runs nothing runs no container": Figure(
        board="spcs-home", panel="Containers running", what="running", series=EMPTY, rows={"{}": 0}, minute=10
    ),
    "a pool that publishes and runs nothing runs no service": Figure(
        board="spcs-home", panel="Services running", what="services", series=EMPTY, rows={"{}": 0}, minute=10
    ),
    "nodes that are not scraped are unknown without a collector": Figure(
        board="spcs-stack", panel="Nodes not scraped", what="nodes", series={}, rows={}, minute=10
    ),
    "denied packets are exact": Figure(
        board="spcs-network",
        panel="Packets denied in this time",
        what="denied",
        series={f"network_egress_denied_packets{{{container(1)}}}": "5x100 6x200"},
        rows={"{}": 1},
        hours=1,
        minute=90,
    ),
    "an instance of which a container waits does not run": Figure(
        board="spcs-service",
        panel="Instances: running, there",
        what="running",
        series={
            **{f"container_cpu_limit{{{container(n)}}}": "1x40" for n in (1, 2)},
            f"container_state_running{{{container(1)}}}": "1x40",
        },
        rows={"{}": 1},
        minute=10,
    ),
    "a pool whose nodes do not answer is silent on Home": Figure(
        board="spcs-home",
        panel="Compute pools",
        what="State",
        series={
            f"spcs_discovery_nodes{{{POOL}}}": "4x40",
            f'spcs_compute_pool_info{{{POOL}, state="ACTIVE", instance_family="CPU_X64_S"}}': "1x40",
        },
        rows={f"{{{POOL}}}": 7},
        minute=10,
    ),
    "pools after the tenth are a sum": Figure(
        board="spcs-home", panel="CPU cores used by pool", what="other pools", series=TWELVE, rows={"{}": 3}, minute=10
    ),
    "nodes that publish are not shown where they are all": Figure(
        board="spcs-home", panel="Nodes", what="publish", series=EMPTY, rows={}, minute=10
    ),
    "a suggested request is at most the limit": Figure(
        board="spcs-sizing",
        panel="Suggested requests",
        what="Memory suggested",
        series=OVER_ITS_LIMIT,
        rows={f"{{{BY_SERVICE}}}": 100},
        minute=1400,
    ),
    "a limit is suggested where the request would pass it": Figure(
        board="spcs-sizing",
        panel="Suggested requests",
        what="Memory limit suggested",
        series=OVER_ITS_LIMIT,
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
    "a pool that should have nodes and has none is on Home as unseen": Figure(
        board="spcs-home",
        panel="Compute pools",
        what="State",
        series={f'spcs_compute_pool_info{{{POOL}, state="ACTIVE", instance_family="CPU_X64_S"}}': "1x40"},
        rows={f"{{{POOL}}}": 8},
        minute=10,
    ),
    "a pool that publishes is on Home by its state": Figure(
        board="spcs-home", panel="Compute pools", what="State", series=HALF_DOWN, rows={f"{{{POOL}}}": 1}, minute=10
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
