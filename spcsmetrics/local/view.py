"""The live view: pools, nodes and the busiest containers, as many as the screen has room for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from monitoring.selectors import CONTAINER, DATABASE, INSTANCE, JOB, POOL, SCHEMA, SERVICE
from spcsmetrics.core.text import visible
from spcsmetrics.local.promql import InstantQuery, Sample

# These labels identify a container: a service's name is unique only within its schema.
_CONTAINER = (DATABASE, SCHEMA, SERVICE, INSTANCE, CONTAINER)
_HEALTHY = {"ACTIVE", "IDLE"}
# A narrower screen leaves out what the reader can do without.
_WIDE = 76


@dataclass(frozen=True, kw_only=True)
class Guide:
    """What stands above and below the tables: addresses by name, the most important first, and commands to try."""

    addresses: Mapping[str, str]
    commands: Sequence[str] = field(default=())

    def lines(self, height: int) -> Sequence[tuple[str, str]]:
        """Return the addresses that so many lines have room for."""
        return list(self.addresses.items())[: max(3, height // 6)]


def draw(query: InstantQuery, guide: Guide, status: Mapping[str, Any], width: int, height: int) -> RenderableType:
    """Return the view of this moment.

    Args:
        query: asks the store.
        guide: addresses and commands; a line that is too long goes on in the next.
        status: the collector's own page as JSON, with the state of pools and the reasons of failures.
        width: columns of the screen.
        height: lines of the screen.
    """
    above = [_text(f"{name}  {address}") for name, address in guide.lines(height)]
    below = [_text(f"Now try  {command}") for command in guide.commands]
    below.append(Text("Ctrl-C ends the demo", style="dim"))
    pools = {pool["name"]: pool for pool in status.get("pools") or ()}
    # Where no pool has nodes, as when all are suspended, nothing will ever be scraped.
    awaited = any(pool.get("nodes") for pool in pools.values()) or not any(pool.get("state") for pool in pools.values())
    if awaited and not query(f'up{{job="{JOB}"}}'):
        return Group(*above, Text("\nwaiting for the first scrape ...\n", style="dim"), *below)
    # The line between addresses and tables is empty.
    left = height - 1 - sum(-(-line.cell_len // width) for line in (*above, *below))
    tables = [_pools(query, pools, width, max(1, left - 3))]
    left -= 1 + tables[0].row_count
    tables.append(_nodes(query, pools, width, max(1, left - 1)))
    left -= 1 + tables[1].row_count
    if left > 1:
        tables.append(_containers(query, width, left - 1))
    return Group(*above, Text(), *tables, *below)


def _pools(query: InstantQuery, pools: Mapping[str, Any], width: int, count: int) -> Table:
    wide = ("Run", "Wait", "Restarts") if width >= _WIDE else ()
    table = _table("Pool", "State", numbers=("Nodes", "CPU", "Mem", *wide), reason=True)
    columns = [
        _by(query(f"count by ({POOL}) (node_cpu_capacity)"), POOL),
        _by(query(f"sum by ({POOL}) (container_cpu_usage) / sum by ({POOL}) (node_cpu_capacity)"), POOL),
        _by(query(f"sum by ({POOL}) (container_memory_usage) / sum by ({POOL}) (node_memory_capacity)"), POOL),
        _by(query(f"sum by ({POOL}) (container_state_running)"), POOL),
        _by(query(f"sum by ({POOL}) (container_state_pending)"), POOL),
        _by(query(f"sum by ({POOL}) (container_restarts)"), POOL),
    ]
    for name in sorted({*columns[0], *pools})[:count]:
        nodes, cpu, memory, *containers = (column.get(name, 0.0) for column in columns)
        state = pools.get(name, {}).get("state", "")
        cells: list[str | Text] = [
            _short(name, width // 3),
            _text(state, style="" if state in _HEALTHY else "yellow"),
            f"{nodes:.0f}",
        ]
        cells += [_share(cpu), _share(memory), *(f"{value:.0f}" for value in containers[: len(wide)])]
        table.add_row(*cells, pools.get(name, {}).get("reason", ""))
    return table


def _nodes(query: InstantQuery, pools: Mapping[str, Any], width: int, count: int) -> Table:
    up = sorted(query(f'up{{job="{JOB}"}}'), key=lambda sample: (sample.value, sample.labels["instance"]))
    wide = ("Samples",) if width >= _WIDE else ()
    table = _table(f"Node ({min(len(up), count)} of {len(up)})", "Up", numbers=("CPU", "Mem", *wide), reason=True)
    reasons = {node["address"]: node.get("reason", "") for pool in pools.values() for node in pool.get("nodes") or ()}
    cpu = _by(query("sum by (instance) (container_cpu_usage) / sum by (instance) (node_cpu_capacity)"), "instance")
    memory = _by(
        query("sum by (instance) (container_memory_usage) / sum by (instance) (node_memory_capacity)"), "instance"
    )
    samples = _by(query(f'scrape_samples_scraped{{job="{JOB}"}}'), "instance")
    for node in up[:count]:
        name = node.labels["instance"]
        cells: list[str | Text] = [name, Text("yes") if node.value else Text("no", style="red")]
        cells += [_share(cpu.get(name, 0.0)), _share(memory.get(name, 0.0))]
        cells += [f"{samples.get(name, 0):.0f}"] if wide else []
        table.add_row(*cells, reasons.get(name, ""))
    return table


def _containers(query: InstantQuery, width: int, count: int) -> Table:
    table = _table("Busiest container", "Pool", numbers=("Cores", "Memory"))
    memory = {_container(sample): sample.value for sample in query("container_memory_usage")}
    busiest = query(f"topk({count}, container_cpu_usage)")
    for sample in sorted(busiest, key=lambda s: -s.value)[:count]:
        key = _container(sample)
        used = decimal(int(memory.get(key, 0)))
        names = _short("/".join(key[2:]), width - 40)
        table.add_row(names, _short(sample.labels[POOL], 18), f"{sample.value:.2f}", used)
    return table


def _text(text: str, style: str = "") -> Text:
    return Text(visible(text), style=style)


def _table(*names: str, numbers: Sequence[str], reason: bool = False) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in names:
        table.add_column(name, no_wrap=True)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    if reason:
        table.add_column("Reason", style="red", no_wrap=True)
    return table


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _container(sample: Sample) -> tuple[str, ...]:
    return tuple(sample.labels[label] for label in _CONTAINER)


def _by(samples: list[Sample], label: str) -> dict[str, float]:
    return {sample.labels[label]: sample.value for sample in samples}


def _share(value: float) -> str:
    return f"{value:.0%}"
