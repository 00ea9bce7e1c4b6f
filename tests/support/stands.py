"""A running pipeline of this machine, and what can be asked of it."""

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from admin import call
from waiting import SCRAPE_SECONDS, wait_for

from spcsmetrics.core.paths import ROOT
from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import InstantQuery, over_http

REFRESH_SECONDS = 2


def environment_of(process: processes.Process) -> dict[str, str]:
    """Return the variables that a running process was started with."""
    environment = Path(f"/proc/{process.popen.pid}/environ").read_bytes().decode().split("\0")
    return dict(variable.split("=", 1) for variable in environment if variable)


def kill_and_restart(
    process: processes.Process, page: str = "", *, meanwhile: Callable[[], None] = lambda: None
) -> None:
    """Kill a process as the system would, start the same one again, and wait until it answers on a page.

    meanwhile is done while it is away.
    """
    env = environment_of(process)
    process.popen.kill()
    process.popen.wait()
    meanwhile()
    with process.log.open("ab") as log:
        process.popen = subprocess.Popen(
            process.popen.args, env=env, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
    wait_for(lambda: processes.answers(process.url + page), 30)


@dataclass
class Stand:
    """A running pipeline and what can be asked of it."""

    run: processes.Run
    simulation: parts.Simulation
    store: processes.Process
    collector: processes.Process
    query: InstantQuery

    def admin(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return call(self.simulation.admin, method, path, body)

    def admin_text(self, method: str, path: str, text: str) -> None:
        requests.request(method, self.simulation.admin + path, data=text.encode(), timeout=10).raise_for_status()

    def nodes(self) -> list[str]:
        return [node["address"] for pool in self.admin("GET", "/state")["pools"] for node in pool["nodes"]]

    def pool_nodes(self, name: str) -> list[str]:
        pools = {pool["name"]: pool["nodes"] for pool in self.admin("GET", "/state")["pools"]}
        return [node["address"] for node in pools[name]]

    def up(self) -> set[str]:
        return {sample.labels["instance"] for sample in self.query('up{job="spcs-nodes"} == 1')}

    def status(self) -> Any:
        """Return the collector's page of pools and nodes as JSON."""
        return requests.get(f"http://127.0.0.1:{self.run.collector_debug}/status.json", timeout=5).json()

    def wait_for_refreshes(self, count: int) -> None:
        """Wait until so many more refreshes of the discovery have succeeded."""
        ended: set[str] = set()

        def enough() -> bool:
            ended.add(self.status()["last_success"])
            return len(ended) > count

        wait_for(enough, 20 + 2 * count * REFRESH_SECONDS)

    def wait_for_scrapes(self) -> None:
        """Wait until every node was scraped twice more, so that what it no longer publishes is stale."""
        began = time.time()
        oldest = 'min(timestamp(up{job="spcs-nodes"}))'
        wait_for(lambda: self.query(oldest)[0].value > began + SCRAPE_SECONDS, 20)

    def own_page(self) -> list[str]:
        """Return the lines of the collector's page of its own metrics."""
        return requests.get(f"http://127.0.0.1:{self.run.collector_metrics}/metrics", timeout=5).text.splitlines()

    def own_metrics(self, name: str) -> dict[str, float]:
        """Return the collector's own series of a metric: labels as they are written -> value."""
        lines = (line.rsplit(" ", 1) for line in self.own_page() if line.startswith((f"{name}{{", f"{name} ")))
        return {series.removeprefix(name): float(value) for series, value in lines}

    def kill_collector(self) -> float:
        """Kill the collector and start it again. Returns for how many seconds it scraped nothing."""
        began = time.time()
        kill_and_restart(self.collector)
        wait_for(lambda: any(self.own_metrics("spcs_scraped_samples_total").values()), 30)
        return time.time() - began

    def refused_samples(self) -> float:
        """Return how many samples the service's own store has refused."""
        return self.own_metrics("spcs_store_refused_samples_total")['{exporter="spcs_store"}']

    def log_size(self) -> int:
        """Return how many lines the collector has logged."""
        return len(self.collector.log.read_text().splitlines())

    def log_lines(self, words: str, since: int = 0) -> list[str]:
        """Return the collector's lines with these words, after the first `since` lines."""
        return [line for line in self.collector.log.read_text().splitlines()[since:] if words in line]


@contextmanager
def open_stand(
    folder: Path,
    interval: float = SCRAPE_SECONDS,
    *,
    pools: int = 3,
    nodes: int = 2,
    containers: int = 6,
    frozen: bool = False,
    more: Sequence[Path] = (),
) -> Iterator[Stand]:
    """Yield a pipeline that has scraped every node, at an interval in seconds, with more files of configuration."""
    with processes.open_run(folder) as run:
        simulation = parts.start_simulator(run, pools=pools, nodes=nodes, containers=containers, frozen=frozen)
        store = parts.start_store(run)
        collector = parts.start_collector(run, simulation, store, f"{interval}s", f"{REFRESH_SECONDS}s", more=more)
        stand = Stand(run, simulation, store, collector, over_http(store.url))
        wait_for(lambda: stand.up() == set(stand.nodes()), 60)
        yield stand


def write_durable_queue(folder: Path) -> Path:
    """Write the configuration by which the collector's queue is kept in a folder."""
    queue, file = folder / "queue", folder / "durable.yaml"
    queue.mkdir(parents=True)
    file.write_text(
        f"extensions:\n  file_storage: {{directory: {queue}}}\n"
        "exporters:\n  spcs_store: {sending_queue: {storage: file_storage}}\n"
        "service:\n  extensions: [health_check, file_storage]\n"
    )
    return file
