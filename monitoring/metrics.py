"""The catalogue: every metric that compute pool nodes publish, with its labels.

Source of names, units and meanings:
https://docs.snowflake.com/en/developer-guide/snowpark-container-services/monitoring-services
A name there is written with dots; the publishers write underscores.
"""

from collections.abc import Iterator
from dataclasses import dataclass

NODE = ("snow_compute_pool_name", "snow_compute_pool_node_instance_family", "snow_compute_pool_node_id")
INSTANCE = (
    "snow_account_name",
    "snow_compute_pool_id",
    *NODE,
    "snow_database_id",
    "snow_database_name",
    "snow_schema_id",
    "snow_schema_name",
    "snow_service_id",
    "snow_service_name",
    "snow_service_type",
    "snow_service_container_instance",
)
CONTAINER = (*INSTANCE, "snow_service_container_name")
GPU = (*CONTAINER, "gpu")
ENDPOINT = (*INSTANCE, "snow_endpoint_name")
VOLUME = (*INSTANCE, "snow_volume_id", "snow_volume_name", "snow_volume_replica", "volume_type")


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

    All are typed as gauges, also those that only grow. first tells that the first generation of publishers had it
    already, under its own name.
    """

    name: str
    unit: str
    labels: tuple[str, ...]
    meaning: str
    kind: str = "gauge"

    @property
    def first(self) -> bool:
        """Tell whether the first generation of publishers had this metric in some form."""
        return self.name.startswith(_FIRST)


def _metrics() -> Iterator[Metric]:
    yield Metric(
        name="node_cpu_capacity", unit="{cpu}", labels=NODE, meaning="CPU cores of the node that services can use"
    )
    yield Metric(
        name="node_memory_capacity", unit="By", labels=NODE, meaning="Memory of the node that services can use"
    )
    yield Metric(name="node_gpu_capacity", unit="{gpu}", labels=NODE, meaning="GPUs of the node")

    yield Metric(
        name="container_cpu_usage",
        unit="{cpu}",
        labels=CONTAINER,
        meaning="CPU cores in use, averaged since the last sample",
    )
    yield Metric(name="container_memory_usage", unit="By", labels=CONTAINER, meaning="Memory in use")
    yield Metric(
        name="container_gpu_utilization", unit="1", labels=GPU, meaning="Share of the GPU's time in use, 0 to 1"
    )
    yield Metric(name="container_gpu_memory_usage", unit="By", labels=GPU, meaning="GPU memory in use")
    yield Metric(name="container_gpu_memory_capacity", unit="By", labels=GPU, meaning="Memory of the GPU")

    yield Metric(
        name="container_cpu_limit",
        unit="{cpu}",
        labels=CONTAINER,
        meaning="CPU limit; the node's capacity when the service sets none",
    )
    yield Metric(
        name="container_memory_limit",
        unit="By",
        labels=CONTAINER,
        meaning="Memory limit; the node's capacity when none is set",
    )
    yield Metric(
        name="container_gpu_limit",
        unit="{gpu}",
        labels=CONTAINER,
        meaning="GPU limit, absent when the service sets none",
    )
    yield Metric(name="container_cpu_requested", unit="{cpu}", labels=CONTAINER, meaning="CPU request")
    yield Metric(name="container_memory_requested", unit="By", labels=CONTAINER, meaning="Memory request")
    yield Metric(
        name="container_gpu_requested",
        unit="{gpu}",
        labels=CONTAINER,
        meaning="GPU request, absent when the service sets none",
    )

    yield Metric(
        name="container_restarts", unit="{restart}", labels=CONTAINER, meaning="Restarts since the instance was created"
    )
    yield Metric(
        name="container_state_running",
        unit="1",
        labels=CONTAINER,
        meaning="1 while the container runs, absent otherwise",
    )
    yield Metric(
        name="container_state_started",
        unit="1",
        labels=CONTAINER,
        meaning="1 once the container has started, absent before",
    )
    yield Metric(
        name="container_state_finished",
        unit="1",
        labels=CONTAINER,
        meaning="1 while the container is finished, absent otherwise",
    )
    yield Metric(
        name="container_state_pending",
        unit="1",
        labels=CONTAINER,
        meaning="1 while the container is pending, absent otherwise",
    )
    yield Metric(
        name="container_state_pending_reason",
        unit="1",
        labels=(*CONTAINER, "reason"),
        meaning="1 for the reason it is pending",
    )
    yield Metric(
        name="container_state_last_finished_reason",
        unit="1",
        labels=(*CONTAINER, "reason"),
        meaning="1 for the reason it last finished",
    )
    yield Metric(
        name="container_state_last_finished_exitcode",
        unit="1",
        labels=CONTAINER,
        meaning="Exit code when it last finished",
    )

    yield Metric(
        name="network_egress_denied_packets",
        unit="{packet}",
        labels=INSTANCE,
        meaning="Packets denied by the egress policy, total",
    )
    yield Metric(
        name="network_egress_received_bytes", unit="By", labels=INSTANCE, meaning="Bytes received from outside, total"
    )
    yield Metric(
        name="network_egress_received_packets",
        unit="{packet}",
        labels=INSTANCE,
        meaning="Packets received from outside, total",
    )
    yield Metric(
        name="network_egress_transmitted_bytes", unit="By", labels=INSTANCE, meaning="Bytes sent outside, total"
    )
    yield Metric(
        name="network_egress_transmitted_packets",
        unit="{packet}",
        labels=INSTANCE,
        meaning="Packets sent outside, total",
    )
    yield Metric(
        name="network_ingress_connections_active",
        unit="{connection}",
        labels=ENDPOINT,
        meaning="Open connections of the endpoint",
    )
    yield Metric(
        name="network_ingress_cps",
        unit="{connection}/s",
        labels=ENDPOINT,
        meaning="New connections of the endpoint a second",
    )

    yield Metric(name="volume_capacity", unit="By", labels=VOLUME, meaning="Size of the block volume")
    yield Metric(name="volume_usage", unit="By", labels=VOLUME, meaning="Used space of the block volume")
    yield Metric(name="volume_io_inflight", unit="{operation}", labels=VOLUME, meaning="I/O operations in flight")
    yield Metric(name="volume_read_iops", unit="{operation}/s", labels=VOLUME, meaning="Reads a second")
    yield Metric(name="volume_read_throughput", unit="By/s", labels=VOLUME, meaning="Bytes read a second")
    yield Metric(name="volume_write_iops", unit="{operation}/s", labels=VOLUME, meaning="Writes a second")
    yield Metric(name="volume_write_throughput", unit="By/s", labels=VOLUME, meaning="Bytes written a second")


CATALOGUE: dict[str, Metric] = {metric.name: metric for metric in _metrics()}
