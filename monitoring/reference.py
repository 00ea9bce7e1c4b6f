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
"""
_OLDER = """
## First generation

Publishers of the first generation used names of which Snowflake's documentation showed one. The shipped configuration
of the collector stores it under today's names; names that were never public stay as they are.

| published | stored as |
|---|---|
| `spcs_node_allocatable{resource="cpu"}` | `node_cpu_capacity` |
| `spcs_node_allocatable{resource="memory"}` | `node_memory_capacity` |
| label `snow_containers_compute_pool_name` | `snow_compute_pool_name` |
| label `snow_node_id` | `snow_compute_pool_node_id` |
| label `snow_instance_family` | `snow_compute_pool_node_instance_family` |
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
