"""The cost of the shipped pipeline against the floor: Prometheus scraping the same nodes directly."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

import yaml

from monitoring.selectors import JOB
from spcsmetrics.core import ports
from spcsmetrics.core.errors import UserError
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


# Containers on each node, and the series that a simulated node with so many publishes.
_CONTAINERS, _NODE_SERIES = 28, 348
_POOL_NODES = 10
# Past it the pools of the simulator are too many.
_MAX_SERIES = 690_000


@dataclass(frozen=True, kw_only=True)
class Load:
    """What is scraped, how often (seconds), and how long the warm-up and the measured window are (seconds)."""

    pools: int
    nodes: int
    containers: int
    interval: int
    warm_up: int
    window: int


def read_loads(sizes: str, interval: int) -> list[Load]:
    """Return a load for each number of series, with commas between them; each is measured for whole minutes.

    Raises:
        UserError: a size cannot be read, or is more than the simulated nodes have addresses for.
    """
    loads = []
    for size in sizes.split(","):
        # Python reads a number of so many digits alone.
        if not size.strip().isdecimal() or len(size) > 99 or not 0 < int(size) <= _MAX_SERIES:
            raise UserError(f"--series {sizes}: write numbers from 1 to {_MAX_SERIES} with commas between them")
        pools = max(1, round(int(size) / _NODE_SERIES / _POOL_NODES))
        shape = {"pools": pools, "nodes": _POOL_NODES, "containers": _CONTAINERS}
        loads.append(Load(**shape, interval=interval, warm_up=4 * interval, window=_find_window(interval)))
    return loads


def _find_window(interval: int) -> int:
    """Return seconds in which every pipeline evaluates each rule equally often, but for those of a day."""
    return 60 * max(1, round(4 * interval / 60))


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one process cost in the window.

    cpu is in seconds a million node samples, peak_mb the most memory resident, anonymous_mb the most without pages of
    files, and wire_bytes what it wrote a sample, to sockets above all.
    """

    cpu: float
    peak_mb: float
    anonymous_mb: float
    wire_bytes: float


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One pipeline: the cost of each process, the series stored, and the samples in the window.

    delay is the median of the seconds from a scrape to its sample in a query.
    """

    costs: dict[str, Cost]
    series: int
    samples: int
    delay: float

    def sum(self, figure: str) -> float:
        """Return a figure of all processes: cpu, peak_mb or anonymous_mb."""
        return float(sum(getattr(cost, figure) for cost in self.costs.values()))

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for JSON."""
        return asdict(self) | {figure: self.sum(figure) for figure in ("cpu", "peak_mb", "anonymous_mb")}


def middle(rounds: list[Measurement]) -> Measurement:
    """Return the medians of several measurements of one pipeline."""
    median = statistics.median
    costs = {
        name: Cost(**{one.name: median([getattr(m.costs[name], one.name) for m in rounds]) for one in fields(Cost)})
        for name in rounds[0].costs
    }
    series, samples = (int(median([getattr(m, field) for m in rounds])) for field in ("series", "samples"))
    return Measurement(costs=costs, series=series, samples=samples, delay=median([m.delay for m in rounds]))


Start = Callable[[Run, Simulation, Load], tuple[Process, list[Process]]]


def start_floor(run: Run, simulation: Simulation, load: Load) -> tuple[Process, list[Process]]:
    """Start a Prometheus that scrapes the nodes itself, and evaluates the shipped rules."""
    config = run.folder / "floor.yml"
    rules = {"rule_files": [f"{CONFIG.parent}/rules/*.yml"], "global": {"evaluation_interval": "30s"}}
    config.write_text(yaml.safe_dump(rules | _scrapes(simulation, load)))
    store = start_store(run, config)
    return store, [store]


def _scrapes(simulation: Simulation, load: Load) -> dict[str, Any]:
    targets = [node["address"] for pool in simulation.state()["pools"] for node in pool["nodes"]]
    interval = f"{load.interval}s"
    job = {"job_name": JOB, "scrape_interval": interval, "static_configs": [{"targets": targets}]}
    return {"scrape_configs": [job | {"scrape_timeout": f"{min(10, load.interval)}s"}]}


def start_vmagent(run: Run, simulation: Simulation, load: Load) -> tuple[Process, list[Process]]:
    """Start the vmagent on the PATH, which scrapes the nodes and writes to the shipped store by remote write 1.0."""
    store = start_store(run)
    config = run.folder / "vmagent.yml"
    config.write_text(yaml.safe_dump(_scrapes(simulation, load)))
    listen = f"127.0.0.1:{ports.find_free()}"
    command = [
        "vmagent",
        f"-promscrape.config={config}",
        f"-httpListenAddr={listen}",
        f"-remoteWrite.url={store.url}/api/v1/write",
        "-remoteWrite.forcePromProto",
        f"-remoteWrite.tmpDataPath={run.folder / 'vmagent'}",
    ]
    agent = run.start("vmagent", command, url=f"http://{listen}/health")
    processes.wait_until(run, lambda: processes.answers(agent.url), "the start of vmagent")
    return store, [agent, store]


def start_shipped(run: Run, simulation: Simulation, load: Load) -> tuple[Process, list[Process]]:
    """Start the shipped collector and store."""
    store = start_store(run)
    return store, [start_collector(run, simulation, store, f"{load.interval}s"), store]


def measure(start: Start, load: Load) -> Measurement:
    """Run one pipeline over the load, warm it up, and measure it for the window.

    Args:
        start: starts the pipeline; start_floor or start_shipped.
        load: what is scraped, and for how long.

    Raises:
        UserError: a process did not start, or ended by itself.
    """
    import psutil  # noqa: PLC0415 - of the group bench

    with processes.open_temporary_run("bench") as run:
        simulation = start_simulator(run, load.pools, load.nodes, load.containers, frozen=True)
        store, measured = start(run, simulation, load)
        meters = {process.name: Meter(psutil.Process(process.popen.pid)) for process in measured}
        watch(run, meters, load.warm_up)
        before = {name: meter.used() for name, meter in meters.items()}
        watch(run, meters, load.window)
        after = {name: meter.used() for name, meter in meters.items()}
        query = over_http(store.url)
        samples = single(query, f'sum(sum_over_time(scrape_samples_scraped{{job="{JOB}"}}[{load.window}s]))')
        series = single(query, f'sum(scrape_samples_scraped{{job="{JOB}"}})')
        if samples == 0:
            raise UserError("the store has none of the window's samples: the load is more than this machine can take")
        costs = {name: cost_of(meter, before[name], after[name], int(samples)) for name, meter in meters.items()}
        delay = _delay(query, load.interval)
        return Measurement(costs=costs, series=int(series), samples=int(samples), delay=delay)


class Meter:
    """The most memory that a process held, in bytes, and what it used."""

    def __init__(self, process: "psutil.Process") -> None:
        self._process = process
        self.peak = self.anonymous = 0

    def look(self) -> None:
        memory = self._process.memory_info()
        self.peak = max(self.peak, memory.rss)
        self.anonymous = max(self.anonymous, memory.rss - getattr(memory, "shared", 0))

    def used(self) -> tuple[float, float]:
        """Return CPU seconds, and bytes written to files and sockets where the system counts them."""
        times = self._process.cpu_times()
        counters = getattr(self._process, "io_counters", None)
        return times.user + times.system, counters().write_chars if counters else float("nan")


def cost_of(meter: Meter, before: tuple[float, float], after: tuple[float, float], samples: int) -> Cost:
    """Return what a process cost between two looks. Raises UserError where it used less than the system counts."""
    cpu, written = (last - first for first, last in zip(before, after, strict=True))
    if not cpu:
        raise UserError("a process used less processor time than the system counts: measure a larger load")
    return Cost(
        cpu=cpu / samples * 1e6,
        peak_mb=meter.peak / _MB,
        anonymous_mb=meter.anonymous / _MB,
        wire_bytes=written / samples,
    )


def watch(run: Run, meters: dict[str, Meter], seconds: float) -> None:
    for _ in poll(run.check, seconds, _SAMPLE_SECONDS):
        for meter in meters.values():
            meter.look()


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
