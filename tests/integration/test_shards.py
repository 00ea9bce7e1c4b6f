"""Collectors that share the pools of an account scrape every node once, and count their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from waiting import SCRAPE_SECONDS, wait_for

from monitoring.selectors import JOB, POOL
from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import InstantQuery, over_http, single

SHARDS, POOLS, NODES = 2, 3, 2


@dataclass(frozen=True, kw_only=True)
class Shard:
    """What a shard's store answers, and the page of its collector."""

    query: InstantQuery
    page: str


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Shard]]:
    folder: Path = tmp_path_factory.mktemp("shards")
    with processes.open_run(folder / "account") as account, pytest.MonkeyPatch.context() as patch:
        simulation = parts.start_simulator(account, pools=POOLS, nodes=NODES, containers=2)
        patch.setenv("SPCS_SHARD_COUNT", str(SHARDS))
        made: list[Shard] = []
        runs = [processes.Run(folder=folder / f"shard-{index}") for index in range(SHARDS)]
        for index, run in enumerate(runs):
            run.folder.mkdir()
            patch.setenv("SPCS_SHARD_INDEX", str(index))
            patch.setenv("SNOWFLAKE_SERVICE_NAME", f"METRICS_{index}")
            store = parts.start_store(run)
            parts.start_collector(run, simulation, store, f"{SCRAPE_SECONDS}s", "2s")
            made.append(Shard(query=over_http(store.url), page=f"http://127.0.0.1:{run.collector_debug}/status.json"))
        try:
            yield made
        finally:
            for run in runs:
                run.stop()


def test_together_they_scrape_every_node_once(shards: list[Shard]) -> None:
    query = f'count(up{{job="{JOB}"}} == 1)'
    wait_for(lambda: sum(single(shard.query, query) for shard in shards) == POOLS * NODES, 30)
    nodes = [sample.labels["instance"] for shard in shards for sample in shard.query(f'up{{job="{JOB}"}}')]
    assert len(nodes) == len(set(nodes)) == POOLS * NODES
    pools = [{one.labels[POOL] for one in shard.query("node_cpu_capacity")} for shard in shards]
    assert sum(map(len, pools)) == len(set.union(*pools)) == POOLS
    assert all(pools), "one of them has all, which proves nothing"


def test_each_counts_its_own_nodes_and_names_what_others_have(shards: list[Shard]) -> None:
    wait_for(lambda: all(single(shard.query, "spcs_discovery_shards") == SHARDS for shard in shards), 30)
    assert sum(single(shard.query, "sum(spcs_discovery_nodes)") for shard in shards) == POOLS * NODES
    for index, shard in enumerate(shards):
        (kept,) = shard.query('spcs_discovery_sharded_pools{owner="kept"}')
        assert kept.labels["instance"] == f"METRICS_{index}"
        status = requests.get(shard.page, timeout=5).json()
        assert len(status["pools"]) == kept.value
        assert len(status["pools"]) + len(status["pools_of_other_shards"]) == POOLS
