"""Running the benchmarks and printing their figures."""

import json

from rich.console import Console
from rich.table import Table

from spcsmetrics import environment
from spcsmetrics.demo.session import build_steps
from spcsmetrics.errors import UserError
from spcsmetrics.plan import Step, carry_out


def bench_pipeline(
    *, pools: int, nodes: int, containers: int, interval: int, window: int, as_json: bool, dry: bool
) -> None:
    """Measure the floor, then the shipped pipeline, in one run, and print both with the ratio of their CPU time."""
    if min(pools, nodes, interval) < 1 or window < 2 * interval:
        raise UserError("the bench takes at least one pool, node and second, and a window of two intervals or more")

    def measure_both() -> None:
        from spcsmetrics.bench.pipeline import Load, measure, start_floor, start_shipped  # noqa: PLC0415

        load = Load(pools, nodes, containers, interval, warm_up=4 * interval, window=window)
        results["floor"] = measure(start_floor, load).as_dict()
        results["shipped"] = measure(start_shipped, load).as_dict()

    results: dict[str, dict[str, object]] = {}
    minutes = 2 * (window + 11 * interval) / 60
    detail = f"{pools} pools of {nodes} nodes with {containers} containers, scraped every {interval} s, {window} s each"
    steps = [*build_steps(), environment.group_step("bench")]
    carry_out(
        [*steps, Step(f"Measure floor and shipped pipeline (about {minutes:.0f} minutes)", detail, measure_both)],
        dry=dry,
    )
    if dry:
        return
    ratio = float(str(results["shipped"]["cpu"])) / float(str(results["floor"]["cpu"]))
    if as_json:
        print(json.dumps(results | {"cpu_ratio": ratio}, indent=2))  # noqa: T201 - the task's result
    else:
        _print(results, ratio)


def _print(results: dict[str, dict[str, object]], ratio: float) -> None:
    table = Table("Pipeline", "Process")
    for column in ("CPU s per million samples", "Peak MB", "Series", "Delay s"):
        table.add_column(column, justify="right")
    for name, result in results.items():
        costs = result["costs"]
        assert isinstance(costs, dict)  # noqa: S101 - for the type checker
        for process, cost in costs.items():
            table.add_row(name, process, f"{cost['cpu']:.1f}", f"{cost['peak_mb']:.0f}", "", "")
        table.add_row(
            name,
            "all",
            f"{result['cpu']:.1f}",
            f"{result['peak_mb']:.0f}",
            str(result["series"]),
            f"{result['delay']:.2f}",
        )
    console = Console()
    console.print(table)
    console.print(f"The shipped pipeline takes {ratio:.2f} times the CPU time of the floor.")
