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


@dataclass(frozen=True)
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
    yield Metric("node_cpu_capacity", "{cpu}", NODE, "CPU cores of the node that services can use")
    yield Metric("node_memory_capacity", "By", NODE, "Memory of the node that services can use")
    yield Metric("node_gpu_capacity", "{gpu}", NODE, "GPUs of the node")

    yield Metric("container_cpu_usage", "{cpu}", CONTAINER, "CPU cores in use, averaged since the last sample")
    yield Metric("container_memory_usage", "By", CONTAINER, "Memory in use")
    yield Metric("container_gpu_utilization", "1", GPU, "Share of the GPU's time in use, 0 to 1")
    yield Metric("container_gpu_memory_usage", "By", GPU, "GPU memory in use")
    yield Metric("container_gpu_memory_capacity", "By", GPU, "Memory of the GPU")

    yield Metric("container_cpu_limit", "{cpu}", CONTAINER, "CPU limit; the node's capacity when the service sets none")
    yield Metric("container_memory_limit", "By", CONTAINER, "Memory limit; the node's capacity when none is set")
    yield Metric("container_gpu_limit", "{gpu}", CONTAINER, "GPU limit, absent when the service sets none")
    yield Metric("container_cpu_requested", "{cpu}", CONTAINER, "CPU request")
    yield Metric("container_memory_requested", "By", CONTAINER, "Memory request")
    yield Metric("container_gpu_requested", "{gpu}", CONTAINER, "GPU request, absent when the service sets none")

    yield Metric("container_restarts", "{restart}", CONTAINER, "Restarts since the instance was created")
    yield Metric("container_state_running", "1", CONTAINER, "1 while the container runs, absent otherwise")
    yield Metric("container_state_started", "1", CONTAINER, "1 once the container has started, absent before")
    yield Metric("container_state_finished", "1", CONTAINER, "1 while the container is finished, absent otherwise")
    yield Metric("container_state_pending", "1", CONTAINER, "1 while the container is pending, absent otherwise")
    yield Metric("container_state_pending_reason", "1", (*CONTAINER, "reason"), "1 for the reason it is pending")
    yield Metric(
        "container_state_last_finished_reason", "1", (*CONTAINER, "reason"), "1 for the reason it last finished"
    )
    yield Metric("container_state_last_finished_exitcode", "1", CONTAINER, "Exit code when it last finished")

    yield Metric("network_egress_denied_packets", "{packet}", INSTANCE, "Packets denied by the egress policy, total")
    yield Metric("network_egress_received_bytes", "By", INSTANCE, "Bytes received from outside, total")
    yield Metric("network_egress_received_packets", "{packet}", INSTANCE, "Packets received from outside, total")
    yield Metric("network_egress_transmitted_bytes", "By", INSTANCE, "Bytes sent outside, total")
    yield Metric("network_egress_transmitted_packets", "{packet}", INSTANCE, "Packets sent outside, total")
    yield Metric("network_ingress_connections_active", "{connection}", ENDPOINT, "Open connections of the endpoint")
    yield Metric("network_ingress_cps", "{connection}/s", ENDPOINT, "New connections of the endpoint a second")

    yield Metric("volume_capacity", "By", VOLUME, "Size of the block volume")
    yield Metric("volume_usage", "By", VOLUME, "Used space of the block volume")
    yield Metric("volume_io_inflight", "{operation}", VOLUME, "I/O operations in flight")
    yield Metric("volume_read_iops", "{operation}/s", VOLUME, "Reads a second")
    yield Metric("volume_read_throughput", "By/s", VOLUME, "Bytes read a second")
    yield Metric("volume_write_iops", "{operation}/s", VOLUME, "Writes a second")
    yield Metric("volume_write_throughput", "By/s", VOLUME, "Bytes written a second")


CATALOGUE: dict[str, Metric] = {metric.name: metric for metric in _metrics()}
