"""One history of an account, whole and divided, with what the rules of each store make of it."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from monitoring.boards.reading import panels
from monitoring.rules.alerts import ALERTS
from monitoring.rules.recording import RECORDINGS
from simulator.fleet import Fleet, Network, Node, Pool
from spcsmetrics.core import process
from spcsmetrics.core.paths import BOARD_FOLDER
from spcsmetrics.core.process import Args
from spcsmetrics.local import history
from spcsmetrics.local.history import STEP
from spcsmetrics.local.promql import fill
from spcsmetrics.programs import prometheus

# Of four shards each has one of these pools, of two each has two.
POOLS = {"POOL_3": "CPU_X64_M", "POOL_0": "CPU_X64_L", "POOL_1": "GPU_NV_M", "POOL_6": "HIGHMEM_X64_S"}
NODES, CONTAINERS = 4, 6
HISTORY_SECONDS = 70 * 60

# Returns which part of the whole a node belongs to.
Division = Callable[[Pool, Node], int]


def owner(pool: str, count: int) -> int:
    """Return the shard to which collectors give a pool."""
    return int.from_bytes(hashlib.md5(pool.encode(), usedforsecurity=False).digest()[8:], "big") % count


def by_pool(count: int) -> Division:
    """Return the division among shards that collectors make."""
    return lambda pool, _: owner(pool.name, count)


def by_node(_: Pool, node: Node) -> int:
    """Divide the nodes of each pool between two shards."""
    return node.number % 2


def whole(_: Pool, __: Node) -> int:
    """Leave all in one store."""
    return 0


def write_part(folder: Path, division: Division, part: int, end: int) -> Path:
    """Write one part of the history with its rules, and return the folder of its blocks."""
    fleet = Fleet(Network("10.0.0.0", 9001), CONTAINERS)
    for name, family in POOLS.items():
        fleet.add_pool(name, family, NODES)
    for pool in list(fleet.pools.values()):
        pool.nodes = {key: node for key, node in pool.nodes.items() if division(pool, node) == part}
        if not pool.nodes:
            del fleet.pools[pool.name]
    folder.mkdir(parents=True, exist_ok=True)
    history.write_history(folder, fleet, end - HISTORY_SECONDS, end, "collector")
    return folder / "data"


def write_count(folder: Path, count: int, end: int) -> None:
    """Write into the blocks of a part what its collector says of the number of shards."""
    text = folder / "count.txt"
    line = f'spcs_discovery_shards{{job="otelcol",instance="collector"}} {count}'
    text.write_text("".join(f"{line} {at}\n" for at in range(end - 600, end, STEP)) + "# EOF\n")
    command: Args = [prometheus.built("promtool"), "tsdb", "create-blocks-from", "openmetrics", text, folder / "data"]
    process.run(command)


def queries() -> Iterator[str]:
    """Yield every query of the boards, recorded series, and expression of a rule, each once."""
    found: dict[str, None] = {}
    for file in sorted(BOARD_FOLDER.glob("*.json")):
        for panel in panels(json.loads(file.read_text())):
            for target in panel.get("targets", []):
                found[fill(target["expr"], interval=f"{4 * STEP}s", seconds=3600, choice=".*")] = None
    for name, recording in RECORDINGS.items():
        found |= {name: None, recording.expr: None}
    yield from found | {alert.expr: None for alert in ALERTS.values()}


def variables() -> Iterator[tuple[str, str]]:
    """Yield selector and label of every variable of the boards whose values the store lists, each once."""
    found: dict[tuple[str, str], None] = {}
    for file in sorted(BOARD_FOLDER.glob("*.json")):
        for variable in json.loads(file.read_text())["templating"]["list"]:
            query = variable.get("query", "")
            text = query if isinstance(query, str) else query["query"]
            match = re.fullmatch(r"label_values\((.+), (\w+)\)", text)
            if match:
                found[fill(match[1], choice=".*"), match[2]] = None
    yield from found
