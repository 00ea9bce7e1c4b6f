"""Signals: what a panel shows, said once: title, meaning, unit, query and legend."""

from dataclasses import dataclass

POOL = "snow_compute_pool_name"
NODE = "snow_compute_pool_node_id"
SERVICE = "snow_database_name, snow_schema_name, snow_service_name"
CONTAINER = f"{SERVICE}, snow_service_container_instance, snow_service_container_name"

# The pools that the reader chose.
P = f'{POOL}=~"$pool"'


@dataclass(frozen=True)
class Line:
    """One query of a signal and the legend of its series."""

    expr: str
    legend: str


@dataclass(frozen=True)
class Signal:
    """One thing to show. unit is Grafana's id of it; empty says why there may be nothing to see."""

    title: str
    meaning: str
    unit: str
    lines: tuple[Line, ...]
    empty: str = "no pool is chosen, or nothing was scraped in this time"

    @property
    def description(self) -> str:
        """Return what the panel's info bubble says."""
        return f"{self.meaning} Empty when {self.empty}."


def _usage(kind: str, title: str, unit: str) -> Signal:
    return Signal(
        f"{title}: used, requested, capacity",
        f"{title} in use and requested by the containers of a pool, against what its nodes offer.",
        unit,
        (
            Line(f"sum by ({POOL}) (container_{kind}_usage{{{P}}})", f"{{{{{POOL}}}}} used"),
            Line(f"sum by ({POOL}) (container_{kind}_requested{{{P}}})", f"{{{{{POOL}}}}} requested"),
            Line(f"sum by ({POOL}) (node_{kind}_capacity{{{P}}})", f"{{{{{POOL}}}}} capacity"),
        ),
    )


def _node_share(kind: str, title: str) -> Signal:
    return Signal(
        f"Node {title} in use",
        f"Share of each node's {title} that its containers use.",
        "percentunit",
        (
            Line(
                f"sum by ({POOL}, {NODE}) (container_{kind}_usage{{{P}}})"
                f" / on ({POOL}, {NODE}) max by ({POOL}, {NODE}) (node_{kind}_capacity{{{P}}})",
                f"{{{{{POOL}}}}} {{{{{NODE}}}}}",
            ),
        ),
    )


NODES = Signal(
    "Nodes",
    "Nodes that publish metrics.",
    "short",
    (Line(f"count by ({POOL}) (node_cpu_capacity{{{P}}})", f"{{{{{POOL}}}}}"),),
)
RUNNING = Signal(
    "Containers running",
    "Containers that run now.",
    "short",
    (Line(f"sum by ({POOL}) (container_state_running{{{P}}})", f"{{{{{POOL}}}}}"),),
)
PENDING = Signal(
    "Containers pending",
    "Containers that wait: for a node, an image, or after a failure.",
    "short",
    (Line(f"sum(container_state_pending{{{P}}}) or vector(0)", "pending"),),
)
RESTARTS = Signal(
    "Restarts in this time",
    "Restarts of containers within the time shown.",
    "short",
    (Line(f"sum(ceil(increase(container_restarts{{{P}}}[$__range]))) or vector(0)", "restarts"),),
)
STATES = Signal(
    "Containers by state",
    "How many containers run, wait or have finished.",
    "short",
    tuple(
        Line(f"sum(container_state_{state}{{{P}}})", state) for state in ("running", "started", "pending", "finished")
    ),
)
REASONS = Signal(
    "Why containers wait or ended",
    "Reasons of pending containers, and reasons other than Done of those that finished last.",
    "short",
    (
        Line(f"sum by (reason) (container_state_pending_reason{{{P}}})", "pending: {{reason}}"),
        Line(
            f'sum by (reason) (container_state_last_finished_reason{{{P}, reason!="Done"}})',
            "last finished: {{reason}}",
        ),
    ),
    "no container waits and none has failed",
)
CPU = _usage("cpu", "CPU cores", "short")
MEMORY = _usage("memory", "Memory", "bytes")
NODE_CPU = _node_share("cpu", "CPU")
NODE_MEMORY = _node_share("memory", "memory")
GPU = Signal(
    "GPU in use",
    "Average utilisation of each GPU over the containers that share it.",
    "percentunit",
    (
        Line(
            f"avg by ({POOL}, {NODE}, gpu) (container_gpu_utilization{{{P}}})",
            f"{{{{{POOL}}}}} {{{{{NODE}}}}} gpu {{{{gpu}}}}",
        ),
    ),
    "no chosen pool has GPUs, or none is in use",
)
VOLUMES = Signal(
    "Block volumes in use",
    "Share of each block volume that is used.",
    "percentunit",
    (
        Line(
            f"volume_usage{{{P}}} / volume_capacity{{{P}}}",
            "{{snow_service_name}} {{snow_volume_name}}.{{snow_volume_replica}}",
        ),
    ),
    "no service of the chosen pools has a block volume",
)
DENIED = Signal(
    "Egress packets denied",
    "Packets a second that the egress policy denied.",
    "pps",
    (
        Line(
            f"sum by ({SERVICE}) (rate(network_egress_denied_packets{{{P}}}[$__rate_interval]))",
            "{{snow_database_name}}.{{snow_schema_name}}.{{snow_service_name}}",
        ),
    ),
    "no service of the chosen pools has sent a packet",
)
CONTAINERS = Signal(
    "Busiest containers",
    "The twenty containers that use the most CPU now, with their memory and restarts.",
    "short",
    (
        Line(f"topk(20, sum by ({POOL}, {CONTAINER}) (container_cpu_usage{{{P}}}))", "CPU cores"),
        Line(f"sum by ({POOL}, {CONTAINER}) (container_memory_usage{{{P}}})", "Memory"),
        Line(f"sum by ({POOL}, {CONTAINER}) (container_restarts{{{P}}})", "Restarts"),
    ),
)
