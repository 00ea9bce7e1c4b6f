"""What one stack needs by its number of series: the figures that spcsmetrics/deploy/sizing.py calculates with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import requests
from rich.table import Table

from monitoring.selectors import JOB
from spcsmetrics.bench.pipeline import Load, Meter, start_shipped, watch
from spcsmetrics.core import groups
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.terminal import Terminal
from spcsmetrics.local import processes
from spcsmetrics.local.parts import build_steps, start_simulator
from spcsmetrics.local.promql import InstantQuery, over_http, single

_MB = 1_000_000
# Seconds between two evaluations of the rules.
_RULES = 30
_LOG = "prometheus_tsdb_wal_record_parts_bytes_written_total"


@dataclass(frozen=True, kw_only=True)
class Need:
    """What one process needs: cores in use, and the most memory resident and without pages of files."""

    cores: float
    peak_mb: float
    anonymous_mb: float


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """A stack at one size.

    head_series are those of nodes, of rules and of the stack itself; rule_seconds is how long the rules take of each
    30 s; log_bytes is what the write-ahead log takes for a sample.
    """

    series: int
    head_series: int
    samples_a_second: float
    rule_seconds: float
    log_bytes: float
    needs: dict[str, Need]


def bench_capacity(loads: Sequence[Load], *, as_json: bool, dry: bool) -> None:
    """Measure the shipped stack with its rules at each size, and print what it needs."""
    found: list[Capacity] = []

    def measure_step(load: Load) -> Step:
        minutes = (load.warm_up + load.window) / 60
        title = f"Measure (about {minutes:.0f} minutes)"
        return Step(title=title, detail=str(load), action=lambda: found.append(measure(load)))

    carry_out([*build_steps(), groups.group_step("bench"), *map(measure_step, loads)], dry=dry)
    if dry:
        return
    if as_json:
        print(json.dumps([asdict(one) for one in found], indent=2))  # noqa: T201 - the task's result
    else:
        Terminal().print(_table(found))


def measure(load: Load) -> Capacity:
    """Run collector and store over a load, and return what they need.

    Raises:
        UserError: a process did not start or ended by itself, or the store has none of the window's samples.
    """
    import psutil  # noqa: PLC0415 - of the group bench

    with processes.open_temporary_run("capacity") as run:
        simulation = start_simulator(run, load.pools, load.nodes, load.containers, frozen=True)
        store, measured = start_shipped(run, simulation, load)
        meters = {process.name: Meter(psutil.Process(process.popen.pid)) for process in measured}
        watch(run, meters, load.warm_up)
        began = _look(store.url, meters)
        watch(run, meters, load.window)
        return evaluate(over_http(store.url), load.window, began, _look(store.url, meters))


@dataclass(frozen=True, kw_only=True)
class Look:
    """Bytes of the log so far, and of each process the CPU seconds, and the most memory resident and anonymous."""

    log: float
    cpu: dict[str, float]
    peak: dict[str, int]
    anonymous: dict[str, int]


def _look(url: str, meters: Mapping[str, Meter]) -> Look:
    return Look(
        log=_log_bytes(url),
        cpu={name: meter.used()[0] for name, meter in meters.items()},
        peak={name: meter.peak for name, meter in meters.items()},
        anonymous={name: meter.anonymous for name, meter in meters.items()},
    )


def evaluate(query: InstantQuery, window: int, began: Look, ended: Look) -> Capacity:
    """Return what a window of so many seconds needed, by looks at both ends and what the store has of it.

    Raises:
        UserError: the store has none of the window's samples.
    """
    samples = single(query, f'sum(sum_over_time(scrape_samples_scraped{{job="{JOB}"}}[{window}s]))')
    if samples == 0:
        raise UserError("the store has none of the window's samples: the load is more than this machine can take")
    rules = f"sum(rate(prometheus_rule_evaluation_duration_seconds_sum[{window}s])) * {_RULES}"
    return Capacity(
        series=int(single(query, f'sum(scrape_samples_scraped{{job="{JOB}"}})')),
        head_series=int(single(query, "max(prometheus_tsdb_head_series)")),
        samples_a_second=samples / window,
        rule_seconds=single(query, rules),
        log_bytes=(ended.log - began.log) / samples,
        needs={
            name: Need(
                cores=(ended.cpu[name] - began.cpu[name]) / window,
                peak_mb=ended.peak[name] / _MB,
                anonymous_mb=ended.anonymous[name] / _MB,
            )
            for name in ended.cpu
        },
    )


def _log_bytes(url: str) -> float:
    """Return what has been written to the write-ahead log, by the store's own metrics of this moment."""
    lines = requests.get(f"{url}/metrics", timeout=30).text.splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith(_LOG))


def _table(found: Sequence[Capacity]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.caption = "peak: resident MB; anon: without pages of files; rules s: of each 30 s; log B: a sample in the log"
    columns = ("series", "in head", "samples/s", "rules s", "log B", "process", "cores", "peak", "anon", "B/series")
    for column in columns:
        table.add_column(column, justify="left" if column == "process" else "right", no_wrap=True)
    for one in found:
        size = [f"{one.series:,}", f"{one.head_series:,}", f"{one.samples_a_second:,.0f}"]
        size += [f"{one.rule_seconds:.1f}", f"{one.log_bytes:.1f}"]
        for name, need in one.needs.items():
            memory = (f"{need.peak_mb:.0f}", f"{need.anonymous_mb:.0f}", f"{need.anonymous_mb * _MB / one.series:,.0f}")
            table.add_row(*size, name, f"{need.cores:.2f}", *memory)
            size = [""] * 5
    return table
