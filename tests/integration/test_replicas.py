"""Two replicas that scrape at other moments and miss scrapes are merged into rates that are true.

The truth is made: counters that grow by 1,000 a second, of which a third begin anew once. The second replica scrapes
13 s after the first; both miss two scrapes in a thousand, and each is away once or twice for minutes.
"""

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from views import start_shard, start_view

from spcsmetrics.core import process
from spcsmetrics.local import processes
from spcsmetrics.local.history import STEP
from spcsmetrics.programs import prometheus

SPEED, COUNTERS, SECONDS = 1000, 30, 90 * 60
BLOCK_SECONDS = 2 * 3600
# Behind the first replica, and the times in which each is away, from the beginning.
REPLICAS = {"a": (0, ((1500, 1620), (3000, 3060))), "b": (13, ((4000, 4120),))}
RATE = "rate(truth_total[5m])"


def write_replica(folder: Path, replica: str, start: int) -> Path:
    """Write what a replica has scraped, and return the folder of its blocks."""
    behind, away = REPLICAS[replica]
    chance = random.Random(replica)
    folder.mkdir()
    with (folder / "text").open("w") as out:
        out.write("# TYPE truth counter\n")
        for number in range(COUNTERS):
            anew = 600 + 100 * number if number % 3 == 0 else SECONDS
            for moment in range(behind, SECONDS, STEP):
                at = moment + chance.uniform(-0.3, 0.3)
                if at < 0 or chance.random() < 0.002 or any(begin <= at < end for begin, end in away):
                    continue
                value = SPEED * (at + 1000 if at < anew else at - anew)
                out.write(f'truth_total{{number="{number}"}} {value} {start + at:.3f}\n')
        out.write("# EOF\n")
    promtool = prometheus.built("promtool")
    process.run([promtool, "tsdb", "create-blocks-from", "openmetrics", folder / "text", folder / "data"])
    return folder / "data"


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[float]]]:
    """The relative error of each point of the rate, by how replicas are merged."""
    folder: Path = tmp_path_factory.mktemp("replicas")
    # At the beginning of a block, because how far off the other way is depends on where blocks end.
    start = int(time.time()) // BLOCK_SECONDS * BLOCK_SECONDS - BLOCK_SECONDS
    with processes.open_run(folder) as run:
        endpoints = [
            start_shard(run, write_replica(folder / replica, replica, start), 0, replica).endpoint
            for replica in REPLICAS
        ]
        found = {}
        for function in ("penalty", "chain"):
            view = start_view(run, endpoints, name=function, function=function)
            times: dict[str, Any] = {"query": RATE, "start": start + 600, "end": start + SECONDS - 60, "step": STEP}
            rows = requests.get(f"{view.url}/api/v1/query_range", params=times, timeout=60).json()["data"]["result"]
            assert len(rows) == COUNTERS
            found[function] = [abs(float(value) / SPEED - 1) for row in rows for _, value in row["values"]]
        yield found


def test_rates_of_merged_replicas_are_true_and_without_a_hole(errors: dict[str, list[float]]) -> None:
    points = errors["penalty"]
    assert len(points) == COUNTERS * ((SECONDS - 660) // STEP + 1)
    assert sum(points) / len(points) < 0.01


def test_the_other_way_to_merge_is_more_than_ten_times_off(errors: dict[str, list[float]]) -> None:
    assert sum(errors["chain"]) / len(errors["chain"]) > 10
