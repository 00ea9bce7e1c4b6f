"""The real collector and Prometheus of this machine against the simulator."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from admin import call
from waiting import SCRAPE_SECONDS, wait_for

from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import InstantQuery, over_http

REFRESH_SECONDS = 2


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

    def nodes(self) -> list[str]:
        return [node["address"] for pool in self.admin("GET", "/state")["pools"] for node in pool["nodes"]]

    def pool_nodes(self, name: str) -> list[str]:
        pools = {pool["name"]: pool["nodes"] for pool in self.admin("GET", "/state")["pools"]}
        return [node["address"] for node in pools[name]]

    def up(self) -> set[str]:
        return {sample.labels["instance"] for sample in self.query('up{job="spcs-nodes"} == 1')}

    def own_metrics(self, name: str) -> dict[str, float]:
        """Return the collector's own series of a metric: labels as they are written -> value."""
        text = requests.get(f"http://127.0.0.1:{self.run.collector_metrics}/metrics", timeout=5).text
        lines = (line.rsplit(" ", 1) for line in text.splitlines() if line.startswith((f"{name}{{", f"{name} ")))
        return {series.removeprefix(name): float(value) for series, value in lines}

    def log_size(self) -> int:
        """Return how many lines the collector has logged."""
        return len(self.collector.log.read_text().splitlines())

    def log_lines(self, words: str, since: int = 0) -> list[str]:
        """Return the collector's lines with these words, after the first `since` lines."""
        return [line for line in self.collector.log.read_text().splitlines()[since:] if words in line]


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    folder: Path = tmp_path_factory.mktemp("stand")
    with processes.open_run(folder) as run:
        simulation = parts.start_simulator(run, pools=3, nodes=2, containers=6)
        store = parts.start_store(run)
        collector = parts.start_collector(run, simulation, store, f"{SCRAPE_SECONDS}s", f"{REFRESH_SECONDS}s")
        ready = Stand(run, simulation, store, collector, over_http(store.url))
        wait_for(lambda: ready.up() == set(ready.nodes()), 30)
        yield ready
