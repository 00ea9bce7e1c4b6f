"""A fleet of which much changes at once: each pool and each node is named, however many there are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from stands import REFRESH_SECONDS, Stand
from waiting import SCRAPE_SECONDS, wait_for

from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import over_http

# The collector's logger, as it comes, keeps ten lines of one message in ten seconds.
POOLS = 15


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    folder: Path = tmp_path_factory.mktemp("fleet")
    with processes.open_run(folder) as run:
        simulation = parts.start_simulator(run, pools=POOLS, nodes=2, containers=1)
        store = parts.start_store(run)
        collector = parts.start_collector(run, simulation, store, f"{SCRAPE_SECONDS}s", f"{REFRESH_SECONDS}s")
        ready = Stand(run, simulation, store, collector, over_http(store.url))
        wait_for(lambda: ready.up() == set(ready.nodes()), 30)
        yield ready


def wait_for_lines(stand: Stand, words: str, names: list[str], since: int) -> None:
    """Wait until each name has one line with these words, and nothing else has one."""
    wait_for(lambda: len(stand.log_lines(words, since)) >= len(names), 30)
    lines = stand.log_lines(words, since)
    assert [sum(f'"{name}"' in line for line in lines) for name in names] == [1] * len(names)
    assert len(lines) == len(names)


def test_each_node_that_fails_and_returns_is_named(stand: Stand) -> None:
    size, nodes = stand.log_size(), stand.nodes()
    assert len(nodes) > 10
    for node in nodes:
        stand.admin("PUT", f"/faults/nodes/{node}", {"fault": "garbage"})
    wait_for_lines(stand, "Node cannot be scraped", nodes, size)
    for node in nodes:
        stand.admin("PUT", f"/faults/nodes/{node}", {"fault": None})
    wait_for_lines(stand, "Node can be scraped again", nodes, size)


def test_each_pool_that_fails_and_returns_is_named(stand: Stand) -> None:
    size = stand.log_size()
    pools = [pool["name"] for pool in stand.admin("GET", "/state")["pools"]]
    assert len(pools) == POOLS
    for pool in pools:
        stand.admin("PUT", f"/faults/pools/{pool}", {"fault": "servfail"})
    wait_for_lines(stand, "Pool lookup failed", pools, size)
    for pool in pools:
        stand.admin("PUT", f"/faults/pools/{pool}", {"fault": None})
    wait_for_lines(stand, "Pool can be looked up again", pools, size)
