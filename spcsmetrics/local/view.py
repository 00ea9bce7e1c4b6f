"""The live view: pools, nodes and the busiest containers, read back from Prometheus."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from monitoring.selectors import CONTAINER, DATABASE, INSTANCE, JOB, POOL, SCHEMA, SERVICE
from spcsmetrics.local.promql import InstantQuery, Sample

# These labels identify a container: a service's name is unique only within its schema.
_CONTAINER = (DATABASE, SCHEMA, SERVICE, INSTANCE, CONTAINER)
_NODES_SHOWN = 12
_CONTAINERS_SHOWN = 8


def draw(query: InstantQuery, addresses: Mapping[str, str]) -> RenderableType:
    """Return the view of this moment.

    Args:
        query: asks the store.
        addresses: shown above the tables by name, where a small terminal has room.
    """
    links = Table.grid(padding=(0, 2))
    for name, url in addresses.items():
        links.add_row(Text(name, style="bold"), url)
    hint = Text("Ctrl-C ends the demo", style="dim")
    return Group(links, hint, _pools(query), _nodes(query), _containers(query))


def _pools(query: InstantQuery) -> Table:
    table = Table("Pool", "Family", title="Compute pools", title_justify="left", expand=True)
    for column in ("Nodes", "CPU used", "Memory used", "Running", "Pending", "Restarts"):
        table.add_column(column, justify="right")
    columns = [
        _by(query(f"sum by ({POOL}) (container_cpu_usage) / sum by ({POOL}) (node_cpu_capacity)"), POOL),
        _by(query(f"sum by ({POOL}) (container_memory_usage) / sum by ({POOL}) (node_memory_capacity)"), POOL),
        _by(query(f"sum by ({POOL}) (container_state_running)"), POOL),
        _by(query(f"sum by ({POOL}) (container_state_pending)"), POOL),
        _by(query(f"sum by ({POOL}) (container_restarts)"), POOL),
    ]
    family = "snow_compute_pool_node_instance_family"
    for pool in sorted(query(f"count by ({POOL}, {family}) (node_cpu_capacity)"), key=lambda s: s.labels[POOL]):
        name = pool.labels[POOL]
        cpu, memory, running, pending, restarts = (column.get(name, 0.0) for column in columns)
        table.add_row(
            name,
            pool.labels[family],
            f"{pool.value:.0f}",
            _share(cpu),
            _share(memory),
            f"{running:.0f}",
            Text(f"{pending:.0f}", style="yellow" if pending else ""),
            f"{restarts:.0f}",
        )
    return table


def _nodes(query: InstantQuery) -> Table:
    up = sorted(query(f'up{{job="{JOB}"}}'), key=lambda sample: sample.labels["instance"])
    title = f"Nodes ({min(len(up), _NODES_SHOWN)} of {len(up)})"
    table = Table("Node", "Up", title=title, title_justify="left", expand=True)
    for column in ("CPU used", "Memory used", "Samples a scrape"):
        table.add_column(column, justify="right")
    cpu = _by(query("sum by (instance) (container_cpu_usage) / sum by (instance) (node_cpu_capacity)"), "instance")
    memory = _by(
        query("sum by (instance) (container_memory_usage) / sum by (instance) (node_memory_capacity)"), "instance"
    )
    samples = _by(query(f'scrape_samples_scraped{{job="{JOB}"}}'), "instance")
    for node in up[:_NODES_SHOWN]:
        name = node.labels["instance"]
        table.add_row(
            name,
            Text("yes") if node.value else Text("no", style="red"),
            _share(cpu.get(name, 0.0)),
            _share(memory.get(name, 0.0)),
            f"{samples.get(name, 0):.0f}",
        )
    return table


def _containers(query: InstantQuery) -> Table:
    table = Table("Container", "Pool", title="Busiest containers", title_justify="left", expand=True)
    for column in ("CPU cores", "Memory"):
        table.add_column(column, justify="right")
    memory = {_container(sample): sample.value for sample in query("container_memory_usage")}
    busiest = query(f"topk({_CONTAINERS_SHOWN}, container_cpu_usage)")
    for sample in sorted(busiest, key=lambda s: -s.value):
        key = _container(sample)
        used = decimal(int(memory.get(key, 0)))
        table.add_row("/".join(key[1:]), sample.labels[POOL], f"{sample.value:.2f}", used)
    return table


def _container(sample: Sample) -> tuple[str, ...]:
    return tuple(sample.labels[label] for label in _CONTAINER)


def _by(samples: list[Sample], label: str) -> dict[str, float]:
    return {sample.labels[label]: sample.value for sample in samples}


def _share(value: float) -> str:
    return f"{value:.0%}"
