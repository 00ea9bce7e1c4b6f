"""An account past one machine: 1,500 nodes, which four shards divide among themselves.

Five minutes: ./inv test-capacity
"""

from collections.abc import Callable
from pathlib import Path

from scaled_pairs import start_pair
from views import STRICT_WITHOUT_REPLICAS, ask_one, start_view
from waiting import wait_for

from monitoring.selectors import JOB
from spcsmetrics.local import parts, processes

# As many pools that each shard has some.
POOLS, NODES, CONTAINERS = 20, 75, 23
SHARDS, INTERVAL = 4, 30
UP = f'up{{job="{JOB}"}} == 1'
SCRAPED = f'sum(scrape_samples_scraped{{job="{JOB}"}})'


def test_four_shards_watch_each_of_1500_nodes_once_and_the_view_has_them_all(
    tmp_path: Path, measured: Callable[[str], None]
) -> None:
    with processes.open_run(tmp_path / "run") as run:
        simulation = parts.start_simulator(run, POOLS, NODES, CONTAINERS, frozen=True)
        shards = []
        try:
            for shard in range(SHARDS):
                folder = tmp_path / str(shard)
                shards.append(start_pair(folder, simulation, shard=shard, count=SHARDS, interval=INTERVAL))
            wait_for(lambda: sum(len(pair.query(UP)) for pair in shards) == POOLS * NODES, 300)
            watched = [{sample.labels["instance"] for sample in pair.query(UP)} for pair in shards]
            assert all(watched)
            assert len(set.union(*watched)) == sum(map(len, watched)) == POOLS * NODES
            view = start_view(run, [pair.endpoint for pair in shards], STRICT_WITHOUT_REPLICAS)
            assert ask_one(view, f"count({UP})") == (200, POOLS * NODES, "")
            status, series, _ = ask_one(view, SCRAPED)
            assert status == 200
            assert series is not None
            assert series > 425_000
            measured(f"{series:,.0f} series of {POOLS * NODES} nodes on {list(map(len, watched))}, each node once")
        finally:
            for pair in shards:
                pair.run.stop()
