"""The benchmark of the pipeline: its plan, and its figures as a table."""

import json
import shutil
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from spcsmetrics.bench.pipeline import (
    Load,
    Measurement,
    Start,
    measure,
    middle,
    start_floor,
    start_shipped,
    start_vmagent,
)
from spcsmetrics.core import groups
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.terminal import Terminal
from spcsmetrics.local.parts import build_steps

Results = dict[str, Measurement]


def bench_pipeline(loads: Sequence[Load], *, rounds: int, as_json: bool, dry: bool) -> None:
    """Measure the floor, the shipped pipeline and an installed vmagent in turn; print medians and ratios.

    They alternate, so that a machine whose speed drifts does not favour one of them.

    Args:
        loads: what is scraped, and for how long; each is measured.
        rounds: how often each pipeline is measured.
        as_json: print JSON instead of a table.
        dry: print the plan only.

    Raises:
        UserError: a load is too small to measure.
    """
    for load in loads:
        if min(load.pools, load.nodes, load.interval, rounds) < 1 or load.window < 2 * load.interval:
            raise UserError("the bench takes at least one pool, node, second and round, and a window of two intervals")
    starts: dict[str, Start] = {"floor": start_floor, "shipped": start_shipped}
    if shutil.which("vmagent"):
        starts["vmagent"] = start_vmagent
    measured: list[Results] = []

    def measure_load(load: Load) -> None:
        found: dict[str, list[Measurement]] = {name: [] for name in starts}
        for _ in range(rounds):
            for name, start in starts.items():
                found[name].append(measure(start, load))
        measured.append({name: middle(several) for name, several in found.items()})

    def measure_step(load: Load) -> Step:
        minutes = rounds * len(starts) * (load.warm_up + load.window + 7 * load.interval) / 60
        title = f"Measure {', '.join(starts)} (about {minutes:.0f} minutes)"
        return Step(title=title, detail=str(load), action=lambda: measure_load(load))

    carry_out([*build_steps(), groups.group_step("bench"), *map(measure_step, loads)], dry=dry)
    if not dry:
        _report(measured, as_json=as_json)


def _ratios(results: Results) -> dict[str, float]:
    return {name: result.sum("cpu") / results["floor"].sum("cpu") for name, result in results.items()}


def _report(measured: list[Results], *, as_json: bool) -> None:
    if as_json:
        figures = [
            {name: result.as_dict() | {"cpu_ratio": _ratios(results)[name]} for name, result in results.items()}
            for results in measured
        ]
        print(json.dumps(figures, indent=2))  # noqa: T201 - the task's result
        return
    terminal = Terminal()
    for results in measured:
        terminal.print(_table(results))


def _table(results: Results) -> Table:
    table = Table("Pipeline", "Process", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.caption = "CPU s: for a million samples; anon MB: resident without pages of files; bytes: written a sample"
    for column in ("CPU s", "x floor", "peak MB", "anon MB", "bytes", "series", "delay s"):
        table.add_column(column, justify="right")
    for name, result in results.items():
        for process, cost in result.costs.items():
            memory = (f"{cost.peak_mb:.0f}", f"{cost.anonymous_mb:.0f}")
            table.add_row(name, process, f"{cost.cpu:.2f}", "", *memory, f"{cost.wire_bytes:.1f}", "", "")
        sums = (f"{result.sum('cpu'):.2f}", f"{_ratios(results)[name]:.2f}")
        memory = (f"{result.sum('peak_mb'):.0f}", f"{result.sum('anonymous_mb'):.0f}")
        table.add_row(name, "all", *sums, *memory, "", str(result.series), f"{result.delay:.2f}")
    return table
