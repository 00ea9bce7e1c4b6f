"""The cost of the shipped pipeline against the floor: Prometheus scraping the same nodes directly."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import yaml

from monitoring.selectors import JOB
from spcsmetrics.core.polls import poll
from spcsmetrics.local import processes
from spcsmetrics.local.parts import Simulation, start_collector, start_simulator, start_store
from spcsmetrics.local.processes import Process, Run
from spcsmetrics.local.promql import InstantQuery, over_http, single
from spcsmetrics.programs.prometheus import CONFIG

if TYPE_CHECKING:
    import psutil

_MB = 1_000_000
_SAMPLE_SECONDS = 0.1
_DELAYS = 5


@dataclass(frozen=True)
class Load:
    """What is scraped, how often (seconds), and how long the warm-up and the measured window are (seconds)."""

    pools: int
    nodes: int
    containers: int
    interval: int
    warm_up: int
    window: int


@dataclass(frozen=True)
class Cost:
    """What one process cost: CPU seconds a million node samples, and the most memory it held resident (MB)."""

    cpu: float
    peak_mb: float


@dataclass(frozen=True)
class Measurement:
    """One pipeline: the cost of each process, the series stored, and the samples in the window.

    delay is the median of the seconds from a scrape to its sample in a query.
    """

    costs: dict[str, Cost]
    series: int
    samples: int
    delay: float

    @property
    def cpu(self) -> float:
        """Return the CPU seconds a million samples of all processes."""
        return sum(cost.cpu for cost in self.costs.values())

    @property
    def peak_mb(self) -> float:
        """Return the sum of the peaks in MB."""
        return sum(cost.peak_mb for cost in self.costs.values())

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for JSON."""
        return asdict(self) | {"cpu": self.cpu, "peak_mb": self.peak_mb}


def middle(rounds: list[Measurement]) -> Measurement:
    """Return the medians of several measurements of one pipeline."""
    median = statistics.median
    costs = {
        name: Cost(median([m.costs[name].cpu for m in rounds]), median([m.costs[name].peak_mb for m in rounds]))
        for name in rounds[0].costs
    }
    series, samples = (int(median([getattr(m, field) for m in rounds])) for field in ("series", "samples"))
    return Measurement(costs, series, samples, median([m.delay for m in rounds]))


Start = Callable[[Run, Simulation, Load], tuple[Process, list[Process]]]


def start_floor(run: Run, simulation: Simulation, load: Load) -> tuple[Process, list[Process]]:
    """Start a Prometheus that scrapes the nodes itself, and evaluates the shipped rules."""
    targets = [node["address"] for pool in simulation.state()["pools"] for node in pool["nodes"]]
    job = {"job_name": JOB, "scrape_interval": f"{load.interval}s", "static_configs": [{"targets": targets}]}
    config = run.folder / "floor.yml"
    rules = {"rule_files": [f"{CONFIG.parent}/rules/*.yml"], "global": {"evaluation_interval": "30s"}}
    config.write_text(yaml.safe_dump(rules | {"scrape_configs": [job]}))
    store = start_store(run, config)
    return store, [store]


def start_shipped(run: Run, simulation: Simulation, load: Load) -> tuple[Process, list[Process]]:
    """Start the shipped collector and store."""
    store = start_store(run)
    return store, [start_collector(run, simulation, store, f"{load.interval}s"), store]


def measure(start: Start, load: Load) -> Measurement:
    """Run one pipeline over the load, warm it up, and measure it for the window."""
    import psutil  # noqa: PLC0415 - of the group bench

    with processes.open_temporary_run("bench") as run:
        simulation = start_simulator(run, load.pools, load.nodes, load.containers, frozen=True)
        store, measured = start(run, simulation, load)
        watched = {process.name: psutil.Process(process.popen.pid) for process in measured}
        peaks = dict.fromkeys(watched, 0.0)
        _watch(run, watched, peaks, load.warm_up)
        before = {name: _cpu(process) for name, process in watched.items()}
        _watch(run, watched, peaks, load.window)
        used = {name: _cpu(process) - before[name] for name, process in watched.items()}
        query = over_http(store.url)
        samples = single(query, f'sum(sum_over_time(scrape_samples_scraped{{job="{JOB}"}}[{load.window}s]))')
        costs = {name: Cost(used[name] / samples * 1e6, peaks[name] / _MB) for name in watched}
        series = single(query, f'sum(scrape_samples_scraped{{job="{JOB}"}})')
        return Measurement(costs, int(series), int(samples), _delay(query, load.interval))


def _watch(run: Run, watched: "dict[str, psutil.Process]", peaks: dict[str, float], seconds: float) -> None:
    for _ in poll(run.check, seconds, _SAMPLE_SECONDS):
        for name, process in watched.items():
            peaks[name] = max(peaks[name], process.memory_info().rss)


def _cpu(process: "psutil.Process") -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _delay(query: InstantQuery, interval: int) -> float:
    """Watch one node's `up` until new samples have appeared a few times, and return the median of their delays."""
    instance = query(f'up{{job="{JOB}"}}')[0].labels["instance"]
    expression = f'timestamp(up{{job="{JOB}",instance="{instance}"}})'
    delays: list[float] = []
    last = single(query, expression)
    for stamp in poll(lambda: single(query, expression), interval * (_DELAYS + 2), pause=0.02):
        if stamp > last:
            delays.append(time.time() - stamp)
            last = stamp
        if len(delays) == _DELAYS:
            break
    return statistics.median(delays) if delays else float("nan")
