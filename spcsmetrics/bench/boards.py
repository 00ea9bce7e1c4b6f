"""How long the boards' queries take over a day of many containers: each query as Grafana would send it."""

import json
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests
from rich.table import Table

from monitoring.boards.reading import panels
from simulator.fleet import Fleet, Network
from spcsmetrics.core import groups
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BOARD_FOLDER
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.terminal import Terminal
from spcsmetrics.local import history, parts, processes, promql
from spcsmetrics.local.history import STEP
from spcsmetrics.programs import backfill, prometheus

_POOLS, _NODES, _CONTAINERS = 4, 10, 8
_HOURS = 24
_SLOWEST = 10
# A query that something else delayed is not one that is slow.
_TIMES = 3
# What Grafana asks for a day of a panel that is as wide as the board; others have fewer points.
_POINT_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Timing:
    """One query of a panel and the median of the seconds that it took."""

    board: str
    panel: str
    seconds: float
    expr: str


def bench_boards(*, as_json: bool, dry: bool) -> None:
    """Fill a store with history, run every query of every board over it, and print the slowest."""
    size = f"{_POOLS * _NODES} nodes with {_CONTAINERS} containers each, {_HOURS} hours, a sample every {STEP} s"
    measure = Step(
        title="Measure the boards' queries (about 5 minutes)",
        detail=size,
        action=lambda: _run(as_json=as_json),
        stream=True,
    )
    steps = [groups.group_step("simulator"), *prometheus.build_steps("prometheus"), *backfill.build_steps(), measure]
    carry_out(steps, dry=dry)


def _run(*, as_json: bool) -> None:
    end = int(time.time()) // STEP * STEP
    start = end - _HOURS * 3600
    with processes.open_temporary_run("bench-boards") as run:
        history.write_history(run.folder, _fleet(), start, end)
        store = parts.start_store(run)
        timings = [_measure(store.url, *query, start, end) for query in _queries(store.url, start, end)]
    _print(sorted(timings, key=lambda timing: -timing.seconds), as_json=as_json)


def _fleet() -> Fleet:
    fleet = Fleet(Network("10.0.0.0", 9001), _CONTAINERS)
    for number, family in enumerate(("CPU_X64_M", "CPU_X64_L", "GPU_NV_M", "HIGHMEM_X64_S")[:_POOLS]):
        fleet.add_pool(f"POOL_{number}", family, _NODES)
    return fleet


def _queries(url: str, start: int, end: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield board, panel and target of every query, with what Grafana would put in for a reader who chose nothing."""
    for file in sorted(BOARD_FOLDER.glob("*.json")):
        board = json.loads(file.read_text())
        values = _values(url, board, start, end)
        for panel in panels(board):
            for target in panel.get("targets", []):
                yield board["uid"], panel["title"], target | {"expr": _put(target["expr"], values)}


def _values(url: str, board: dict[str, Any], start: int, end: int) -> dict[str, str]:
    """Return the values of a board's variables: all of them, or the first where a reader chooses one."""
    values = {
        "__rate_interval": f"{4 * STEP}s",
        "__range_s": str(_HOURS * 3600),
        "__range": f"{_HOURS}h",
        "price_per_credit": "1",
    }
    for variable in board["templating"]["list"]:
        if variable["type"] != "query":
            continue
        values[variable["name"]] = ".*"
        if not variable["includeAll"]:
            query = variable["query"]
            found = re.fullmatch(r"label_values\((.+), (\w+)\)", query if isinstance(query, str) else query["query"])
            if found is None:
                raise UserError(f"the variable {variable['name']} of {board['uid']} asks for no values of a label")
            selector: dict[str, str | int] = {"match[]": _put(found[1], values), "start": start, "end": end}
            answer = requests.get(f"{url}/api/v1/label/{found[2]}/values", params=selector, timeout=60).json()
            values[variable["name"]] = min(answer["data"], default="")
    return values


def _put(expr: str, values: dict[str, str]) -> str:
    return re.sub(r"\$([a-z_]\w*)", lambda match: values.get(match[1], match[0]), expr)


def _measure(url: str, board: str, panel: str, target: dict[str, Any], start: int, end: int) -> Timing:
    query = target["expr"]
    if target.get("instant"):
        kind, parameters = "query", {"query": query, "time": end}
    else:
        kind, parameters = "query_range", {"query": query, "start": start, "end": end, "step": _POINT_SECONDS}
    seconds = statistics.median(_ask(url, kind, parameters) for _ in range(_TIMES))
    return Timing(board=board, panel=panel, seconds=seconds, expr=query)


def _ask(url: str, kind: str, parameters: dict[str, Any]) -> float:
    """Return how long an answer takes. Raises UserError where it is refused."""
    began = time.perf_counter()
    answer = promql.ask(url, kind, parameters)
    seconds = time.perf_counter() - began
    promql.result(answer)
    return seconds


def _print(timings: list[Timing], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([vars(timing) for timing in timings], indent=2))  # noqa: T201 - the task's result
        return
    table = Table("Board", "Panel")
    table.add_column("Seconds", justify="right")
    for timing in timings[:_SLOWEST]:
        table.add_row(timing.board, timing.panel, f"{timing.seconds:.2f}")
    slow = sum(timing.seconds >= 1 for timing in timings)
    sums = Table("Board")
    sums.add_column("Seconds, all queries", justify="right")
    for board in dict.fromkeys(timing.board for timing in timings):
        sums.add_row(board, f"{sum(timing.seconds for timing in timings if timing.board == board):.2f}")
    terminal = Terminal()
    terminal.print(table)
    terminal.print(sums)
    terminal.print(f"{len(timings)} queries; {slow} took a second or more.")
