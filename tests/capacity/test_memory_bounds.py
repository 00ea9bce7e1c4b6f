"""Each size holds what it promises: the store is killed until the collector's queue is full, then comes back.

Minutes each, as root: ./inv test-capacity
"""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from cgroups import Group, open_group
from gaps import find_times
from launchers import start_launched_store
from stands import Stand
from waiting import wait_for

from spcsmetrics.core.paths import ROOT
from spcsmetrics.deploy.sizing import SIZES, Size
from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import over_http

MIB = 2**20
# Nodes with 28 containers publish 348 series each.
NODES, CONTAINERS, NODE_SERIES = 10, 28, 348
LOST = "spcs_lost_samples_total"


@dataclass
class Bounded:
    """A pipeline in two control groups."""

    stand: Stand
    collector: Group
    store: Group
    env: dict[str, str]

    def queued(self) -> float:
        """Return how much of the queue is taken."""
        size, capacity = (
            max(self.stand.own_metrics(f"otelcol_exporter_queue_{name}").values()) for name in ("size", "capacity")
        )
        return size / capacity

    def stop_store(self) -> None:
        os.killpg(self.stand.store.popen.pid, signal.SIGKILL)
        self.stand.store.popen.wait()

    def start_store(self) -> None:
        store = self.stand.store
        with store.log.open("ab") as log:
            store.popen = subprocess.Popen(
                store.popen.args, env=self.env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(lambda: processes.answers(f"{store.url}/-/ready"), 180)


@contextmanager
def open_bounded(folder: Path, size: Size, interval: int) -> Iterator[Bounded]:
    with (
        open_group("spcs-collector", size.collector_mib * MIB) as collector,
        open_group("spcs-store", size.store_mib * MIB) as store,
        processes.open_run(folder) as run,
    ):
        if collector is None or store is None:
            pytest.skip("needs root and control groups, to bound the memory of collector and store")
        sized = {"SPCS_SERIES": str(size.series)}
        pools = round(size.series * 0.98 / NODE_SERIES / NODES)
        simulation = parts.start_simulator(run, pools, NODES, CONTAINERS, frozen=True)
        launched = start_launched_store(run, wrap=store.wrap, env=sized)
        env = {"GOMEMLIMIT": f"{size.collector_garbage_mib}MiB", "SPCS_QUEUE_BYTES": str(size.queue_bytes)}
        with patch.dict(os.environ, env), collector.inside():
            started = parts.start_collector(run, simulation, launched.door, f"{interval}s", "60s")
        stand = Stand(run, simulation, launched.process, started, over_http(launched.process.url))
        wait_for(lambda: len(stand.up()) == pools * NODES, 120)
        yield Bounded(stand, collector, store, {**os.environ, **sized})


@pytest.fixture
def _busy() -> Iterator[None]:
    """Let two more processes want all of the machine."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


# Scraped more often than every 30 s, so that a queue is full sooner: each sample takes the same bytes.
@pytest.mark.parametrize(
    ("size", "interval"),
    [(SIZES[0], 2), (SIZES[1], 5), (SIZES[2], 30)],
    ids=lambda given: str(getattr(given, "series", given)),
)
@pytest.mark.usefixtures("_busy")
def test_nothing_is_killed_when_the_queue_is_full_and_the_store_comes_back(
    size: Size, interval: int, tmp_path: Path, measured: Callable[[str], None]
) -> None:
    with open_bounded(tmp_path / "run", size, interval) as bounded:
        stand = bounded.stand
        time.sleep(3 * interval)
        began = time.time()
        bounded.stop_store()
        wait_for(lambda: bounded.queued() > 0.99, 1800)
        full = time.time()
        time.sleep(3 * interval)
        bounded.start_store()
        back = time.time()
        wait_for(lambda: bounded.queued() < 0.05, 1200)
        measured(
            f"{size.series} series: full after {full - began:.0f} s, drained {time.time() - back:.0f} s later;"
            f" collector {bounded.collector.peak() / MIB:.0f} of {size.collector_mib} MiB,"
            f" store {bounded.store.peak() / MIB:.0f} of {size.store_mib} MiB, lost {stand.own_metrics(LOST)['']:,.0f}"
        )
        assert (bounded.collector.kills(), bounded.store.kills()) == (0, 0)
        assert with_gaps(stand, began - 2 * interval, full - 2 * interval, interval) == {}
        assert stand.refused_samples() == 0


def with_gaps(stand: Stand, began: float, until: float, interval: int) -> dict[str, float]:
    """Return of each node that lacks a sample of the time in which the queue had room, the longest time without one."""
    found = {}
    times = find_times(stand, until, until - began)
    for node in stand.nodes():
        longest = max(later - at for at, later in itertools.pairwise([began, *times.get(node, []), until]))
        if longest > 1.9 * interval:
            found[node] = longest
    return found
