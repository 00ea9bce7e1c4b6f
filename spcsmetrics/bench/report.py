"""The benchmark of the pipeline: its plan, and its figures as a table."""

import json

from rich.table import Table

from spcsmetrics.bench.pipeline import Load, Measurement, measure, middle, start_floor, start_shipped
from spcsmetrics.core import groups
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.terminal import Terminal
from spcsmetrics.local.parts import build_steps


def bench_pipeline(load: Load, *, rounds: int, as_json: bool, dry: bool) -> None:
    """Measure the floor and the shipped pipeline in turn, and print the medians and the ratio of their CPU time.

    They alternate, so that a machine whose speed drifts does not favour one of them.

    Args:
        load: what is scraped, and for how long.
        rounds: how often both are measured.
        as_json: print JSON instead of a table.
        dry: print the plan only.

    Raises:
        UserError: the load is too small to measure.
    """
    if min(load.pools, load.nodes, load.interval, rounds) < 1 or load.window < 2 * load.interval:
        raise UserError("the bench takes at least one pool, node, second and round, and a window of two intervals")
    measured: dict[str, list[Measurement]] = {"floor": [], "shipped": []}

    def measure_all() -> None:
        for _ in range(rounds):
            measured["floor"].append(measure(start_floor, load))
            measured["shipped"].append(measure(start_shipped, load))

    minutes = rounds * 2 * (load.warm_up + load.window + 7 * load.interval) / 60
    step = Step(f"Measure floor and shipped pipeline (about {minutes:.0f} minutes)", str(load), measure_all)
    carry_out([*build_steps(), groups.group_step("bench"), step], dry=dry)
    if not dry:
        _report(measured, as_json=as_json)


def _report(measured: dict[str, list[Measurement]], *, as_json: bool) -> None:
    results = {name: middle(rounds) for name, rounds in measured.items()}
    ratio = results["shipped"].cpu / results["floor"].cpu
    if as_json:
        figures: dict[str, object] = {name: result.as_dict() for name, result in results.items()}
        print(json.dumps(figures | {"cpu_ratio": ratio}, indent=2))  # noqa: T201 - the task's result
    else:
        _print(results, ratio)


def _print(results: dict[str, Measurement], ratio: float) -> None:
    table = Table("Pipeline", "Process")
    for column in ("CPU s per million samples", "Peak MB", "Series", "Delay s"):
        table.add_column(column, justify="right")
    for name, result in results.items():
        for process, cost in result.costs.items():
            table.add_row(name, process, f"{cost.cpu:.1f}", f"{cost.peak_mb:.0f}", "", "")
        figures = (f"{result.cpu:.1f}", f"{result.peak_mb:.0f}", str(result.series), f"{result.delay:.2f}")
        table.add_row(name, "all", *figures)
    terminal = Terminal()
    terminal.print(table)
    terminal.print(f"The shipped pipeline takes {ratio:.2f} times the CPU time of the floor.")
