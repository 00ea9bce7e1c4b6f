"""The catalogue: every metric that compute pool nodes publish, with its labels.

Source of names, units and meanings:
https://docs.snowflake.com/en/developer-guide/snowpark-container-services/monitoring-services
A name there is written with dots; the exporters write underscores.
"""

from dataclasses import dataclass

from monitoring.selectors import (
    ACCOUNT,
    CONTAINER,
    DATABASE,
    DATABASE_ID,
    ENDPOINT,
    FAMILY,
    GPU,
    INSTANCE,
    NODE,
    POOL,
    POOL_ID,
    REASON,
    REPLICA,
    SCHEMA,
    SCHEMA_ID,
    SERVICE,
    SERVICE_ID,
    SERVICE_TYPE,
    VOLUME,
    VOLUME_ID,
    VOLUME_TYPE,
)

# The labels of each kind of metric, in the order in which they are published.
NODE_LABELS = (POOL, FAMILY, NODE)
INSTANCE_LABELS = (
    ACCOUNT,
    POOL_ID,
    *NODE_LABELS,
    DATABASE_ID,
    DATABASE,
    SCHEMA_ID,
    SCHEMA,
    SERVICE_ID,
    SERVICE,
    SERVICE_TYPE,
    INSTANCE,
)
CONTAINER_LABELS = (*INSTANCE_LABELS, CONTAINER)
REASON_LABELS = (*CONTAINER_LABELS, REASON)
GPU_LABELS = (*CONTAINER_LABELS, GPU)
ENDPOINT_LABELS = (*INSTANCE_LABELS, ENDPOINT)
VOLUME_LABELS = (*INSTANCE_LABELS, VOLUME_ID, VOLUME, REPLICA, VOLUME_TYPE)

# What the first generation published too: use, requests, limits, states and sizes of nodes, but no network, no volumes
# and no restarts.
_FIRST = (
    "node_",
    "container_cpu_",
    "container_memory_",
    "container_gpu_",
    "container_state_",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One published metric: name, unit (UCUM), labels in the order they are published, and meaning.

    All are typed as gauges, also those that only grow.
    """

    name: str
    unit: str
    labels: tuple[str, ...]
    meaning: str
    kind: str = "gauge"

    @property
    def first(self) -> bool:
        """Whether first-generation exporters published it too, under another name."""
        return self.name.startswith(_FIRST)


_NODES = (
    Metric(
        name="node_cpu_capacity",
        unit="{cpu}",
        labels=NODE_LABELS,
        meaning="CPU cores of the node that services can use",
    ),
    Metric(
        name="node_memory_capacity", unit="By", labels=NODE_LABELS, meaning="Memory of the node that services can use"
    ),
    Metric(name="node_gpu_capacity", unit="{gpu}", labels=NODE_LABELS, meaning="GPUs of the node"),
)
_USAGE = (
    Metric(
        name="container_cpu_usage",
        unit="{cpu}",
        labels=CONTAINER_LABELS,
        meaning="CPU cores in use, averaged since the last sample",
    ),
    Metric(name="container_memory_usage", unit="By", labels=CONTAINER_LABELS, meaning="Memory in use"),
    Metric(
        name="container_gpu_utilization", unit="1", labels=GPU_LABELS, meaning="Share of the GPU's time in use, 0 to 1"
    ),
    Metric(name="container_gpu_memory_usage", unit="By", labels=GPU_LABELS, meaning="GPU memory in use"),
    Metric(name="container_gpu_memory_capacity", unit="By", labels=GPU_LABELS, meaning="Memory of the GPU"),
)
_BOUNDS = (
    Metric(
        name="container_cpu_limit",
        unit="{cpu}",
        labels=CONTAINER_LABELS,
        meaning="CPU limit; the node's capacity when the service sets none",
    ),
    Metric(
        name="container_memory_limit",
        unit="By",
        labels=CONTAINER_LABELS,
        meaning="Memory limit; the node's capacity when none is set",
    ),
    Metric(
        name="container_gpu_limit",
        unit="{gpu}",
        labels=CONTAINER_LABELS,
        meaning="GPU limit, absent when the service sets none",
    ),
    Metric(name="container_cpu_requested", unit="{cpu}", labels=CONTAINER_LABELS, meaning="CPU request"),
    Metric(name="container_memory_requested", unit="By", labels=CONTAINER_LABELS, meaning="Memory request"),
    Metric(
        name="container_gpu_requested",
        unit="{gpu}",
        labels=CONTAINER_LABELS,
        meaning="GPU request, absent when the service sets none",
    ),
)
_STATES = (
    Metric(
        name="container_restarts",
        unit="{restart}",
        labels=CONTAINER_LABELS,
        meaning="Restarts since the instance was created",
    ),
    Metric(
        name="container_state_running",
        unit="1",
        labels=CONTAINER_LABELS,
        meaning="1 while the container runs, absent otherwise",
    ),
    Metric(
        name="container_state_started",
        unit="1",
        labels=CONTAINER_LABELS,
        meaning="1 once the container has started, absent before",
    ),
    Metric(
        name="container_state_finished",
        unit="1",
        labels=CONTAINER_LABELS,
        meaning="1 while the container is finished, absent otherwise",
    ),
    Metric(
        name="container_state_pending",
        unit="1",
        labels=CONTAINER_LABELS,
        meaning="1 while the container is pending, absent otherwise",
    ),
    Metric(
        name="container_state_pending_reason",
        unit="1",
        labels=REASON_LABELS,
        meaning="1 for the reason it is pending",
    ),
    Metric(
        name="container_state_last_finished_reason",
        unit="1",
        labels=REASON_LABELS,
        meaning="1 for the reason it last finished",
    ),
    Metric(
        name="container_state_last_finished_exitcode",
        unit="1",
        labels=CONTAINER_LABELS,
        meaning="Exit code when it last finished",
    ),
)
_NETWORK = (
    Metric(
        name="network_egress_denied_packets",
        unit="{packet}",
        labels=INSTANCE_LABELS,
        meaning="Packets denied by the egress policy, total",
    ),
    Metric(
        name="network_egress_received_bytes",
        unit="By",
        labels=INSTANCE_LABELS,
        meaning="Bytes received from outside, total",
    ),
    Metric(
        name="network_egress_received_packets",
        unit="{packet}",
        labels=INSTANCE_LABELS,
        meaning="Packets received from outside, total",
    ),
    Metric(
        name="network_egress_transmitted_bytes", unit="By", labels=INSTANCE_LABELS, meaning="Bytes sent outside, total"
    ),
    Metric(
        name="network_egress_transmitted_packets",
        unit="{packet}",
        labels=INSTANCE_LABELS,
        meaning="Packets sent outside, total",
    ),
    Metric(
        name="network_ingress_connections_active",
        unit="{connection}",
        labels=ENDPOINT_LABELS,
        meaning="Open connections of the endpoint",
    ),
    Metric(
        name="network_ingress_cps",
        unit="{connection}/s",
        labels=ENDPOINT_LABELS,
        meaning="New connections of the endpoint a second",
    ),
)
_VOLUMES = (
    Metric(name="volume_capacity", unit="By", labels=VOLUME_LABELS, meaning="Size of the block volume"),
    Metric(name="volume_usage", unit="By", labels=VOLUME_LABELS, meaning="Used space of the block volume"),
    Metric(name="volume_io_inflight", unit="{operation}", labels=VOLUME_LABELS, meaning="I/O operations in flight"),
    Metric(name="volume_read_iops", unit="{operation}/s", labels=VOLUME_LABELS, meaning="Reads a second"),
    Metric(name="volume_read_throughput", unit="By/s", labels=VOLUME_LABELS, meaning="Bytes read a second"),
    Metric(name="volume_write_iops", unit="{operation}/s", labels=VOLUME_LABELS, meaning="Writes a second"),
    Metric(name="volume_write_throughput", unit="By/s", labels=VOLUME_LABELS, meaning="Bytes written a second"),
)

CATALOGUE: dict[str, Metric] = {
    metric.name: metric for metric in (*_NODES, *_USAGE, *_BOUNDS, *_STATES, *_NETWORK, *_VOLUMES)
}
