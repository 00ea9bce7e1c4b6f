"""The page that lists every published metric and every recorded series, made from the catalogue and the rules."""

from monitoring.metrics import (
    CATALOGUE,
    CONTAINER_LABELS,
    ENDPOINT_LABELS,
    GPU_LABELS,
    INSTANCE_LABELS,
    NODE_LABELS,
    VOLUME_LABELS,
)
from monitoring.rules.recording import GROUPS

_SETS = {
    "node": NODE_LABELS,
    "instance": INSTANCE_LABELS,
    "container": CONTAINER_LABELS,
    "gpu": GPU_LABELS,
    "endpoint": ENDPOINT_LABELS,
    "volume": VOLUME_LABELS,
}
_HEAD = """# Metrics

Every metric that the nodes publish, and every series that the store records from them, made by `./inv boards` from
`monitoring/metrics.py` and `monitoring/rules/recording.py`. All published metrics are typed as gauges, also the totals
of the network, which only grow. *Since* 1: first-generation exporters also had it, under another name; 2 came with the
documented names.

In the store every series has `job`, `instance` and `snow_account_name` besides, also where nodes do not publish it.
"""
_OLDER = """
## First generation

Exporters of the first generation used other names. Snowflake's documentation showed one of them, and the boards of
[spcs-templates](https://github.com/Snowflake-Labs/spcs-templates) read the others until November 2024. The shipped
configuration of the collector stores them under today's names where the meaning is the same; any other name stays as
it is.

| published | stored as |
|---|---|
| `spcs_node_allocatable{resource="cpu"}`, `spcs_node_status_allocatable{resource="cpu"}` | `node_cpu_capacity` |
| the same with `resource="memory"` | `node_memory_capacity` |
| the same with `resource="gpu"` | `node_gpu_capacity` |
| `spcs_container_resource_requests{resource="cpu"}`, `"memory"`, `"gpu"` | `container_cpu_requested`, ... |
| `spcs_container_resource_limits{resource="cpu"}`, `"memory"`, `"gpu"` | `container_cpu_limit`, ... |
| `spcs_container_memory_used_bytes` | `container_memory_usage` |
| `spcs_container_gpu_utilization` | `container_gpu_utilization` |
| `spcs_container_state_running`, `_started`, `_finished`, `_pending` | `container_state_running`, ... |
| `spcs_container_state_pending_reason`, `_last_finished_reason` | `container_state_pending_reason`, ... |
| `spcs_network_egress_receive_bytes_total`, `_packets_total` | `network_egress_received_bytes`, `_packets` |
| `spcs_network_egress_transmit_bytes_total`, `_packets_total` | `network_egress_transmitted_bytes`, `_packets` |
| label `snow_containers_compute_pool_name` | `snow_compute_pool_name` |
| label `snow_node_id` | `snow_compute_pool_node_id` |
| label `snow_instance_family` | `snow_compute_pool_node_instance_family` |
| label `snow_executable_name` | `snow_service_name` |
| label `snow_containers_container_name` | `snow_service_container_name` |
| label `snow_containers_instance_name` | `snow_service_container_instance` |

These keep their names, because today's metrics mean something else: `spcs_container_cpu_usage_seconds_total` (seconds
that add up, not cores), `spcs_container_gpu_memory_used_mib`, `spcs_container_gpu_memory_free_mib` and
`spcs_node_status_allocatable{resource="gpu_memory_mib"}` (MiB, not bytes), `spcs_container_gpu_memory_utilization` (a
share), `spcs_container_status_unschedulable`.
"""
_RECORDED = """
## Recorded series

Boards and alerts read these instead of computing them again; `prometheus/rules/recording.yml` has their queries. The
name says level, metric and operation.
"""


def render() -> str:
    """Return the page."""
    lines = [_HEAD, "| metric | kind | unit | labels | since | meaning |", "|---|---|---|---|---|---|"]
    for metric in CATALOGUE.values():
        labels, more = _describe(metric.labels)
        since = 1 if metric.first else 2
        lines.append(
            f"| `{metric.name}` | {metric.kind} | `{metric.unit}` | {labels}{more} | {since} | {metric.meaning} |"
        )
    lines += ["", "## Labels", "", "| set | labels |", "|---|---|"]
    lines += [f"| {name} | {', '.join(f'`{label}`' for label in labels)} |" for name, labels in _SETS.items()]
    lines += [_OLDER.rstrip("\n")]
    lines += [_RECORDED, "| series | every | meaning |", "|---|---|---|"]
    for interval, rules in GROUPS.values():
        lines += [f"| `{rule.name}` | {interval} | {rule.meaning} |" for rule in rules]
    return "\n".join(lines) + "\n"


def _describe(labels: tuple[str, ...]) -> tuple[str, str]:
    """Return the name of the set that the labels are, and what they have beside it."""
    name = max((name for name in _SETS if set(_SETS[name]) <= set(labels)), key=lambda name: len(_SETS[name]))
    more = [label for label in labels if label not in _SETS[name]]
    return name, "".join(f", `{label}`" for label in more)
