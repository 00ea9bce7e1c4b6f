"""SIGTERM ends each container in time, and what it has acknowledged is there afterwards."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gaps import find_gaps, find_times
from launchers import start_launched_store
from stands import REFRESH_SECONDS, Stand
from waiting import wait_for

from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import over_http

INTERVAL = 1
# The platform kills what has not ended 30 s after SIGTERM.
END_SECONDS = 25


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    with processes.open_run(tmp_path / "run") as run:
        simulation = parts.start_simulator(run, pools=3, nodes=2, containers=2)
        launched = start_launched_store(run)
        collector = parts.start_collector(run, simulation, launched.door, f"{INTERVAL}s", f"{REFRESH_SECONDS}s")
        ready = Stand(run, simulation, launched.process, collector, over_http(launched.process.url))
        wait_for(lambda: ready.up() == set(ready.nodes()), 30)
        yield ready


def test_sigterm_ends_a_store_in_time_and_loses_nothing(stand: Stand) -> None:
    began = time.time()
    stand.wait_for_scrapes()
    stand.store.popen.terminate()
    assert stand.store.popen.wait(END_SECONDS) == 0
    stand.store.popen = stand.run.start("again", stand.store.popen.args).popen  # type: ignore[arg-type]
    wait_for(lambda: processes.answers(f"{stand.store.url}/-/ready"), 30)
    assert find_gaps(stand, began, INTERVAL, 1.9 * INTERVAL) == {}


def test_sigterm_ends_a_collector_in_time_and_it_sends_what_it_has(stand: Stand) -> None:
    stand.wait_for_scrapes()
    stand.collector.popen.terminate()
    asked = time.time()
    assert stand.collector.popen.wait(END_SECONDS) == 0
    found = find_times(stand, asked, 10)
    assert set(found) == set(stand.nodes())
    # The last scrape before it was asked may be cut off.
    assert min(times[-1] for times in found.values()) > asked - 2.5 * INTERVAL


def test_a_snapshot_of_the_volume_is_read_by_another_store(stand: Stand, tmp_path: Path) -> None:
    stand.wait_for_scrapes()
    moment = time.time()
    before = find_times(stand, moment, 10)
    # As a snapshot of a block volume is taken: while it is written to.
    copy = tmp_path / "restored"
    copy.mkdir()
    shutil.copytree(stand.run.folder / "data", copy / "data", ignore=shutil.ignore_patterns("lock"))
    with processes.open_run(copy) as run:
        restored = start_launched_store(run)
        wait_for(lambda: processes.answers(restored.probes), 30)
        stand.store = restored.process
        after = find_times(stand, moment, 10)
    assert set(after) == set(before) == set(stand.nodes())
    # What was on its way to the disk in that moment may be missing.
    assert all(times[: len(before[node]) - 1] == before[node][:-1] for node, times in after.items())
