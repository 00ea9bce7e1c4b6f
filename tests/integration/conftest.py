"""The real collector and Prometheus of this machine against the simulator."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from stands import REFRESH_SECONDS, Stand
from waiting import SCRAPE_SECONDS, wait_for

from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import over_http


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
