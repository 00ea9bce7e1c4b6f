"""What docs/performance.md promises of each failure, at the length and the number of an outage that people remember.

A quarter of an hour: ./inv test-capacity
"""

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

from gaps import find_gaps, find_times
from stands import Stand, kill_and_restart, open_stand, write_durable_queue
from waiting import wait_for

from spcsmetrics.local import promql

TWENTY, OUTAGE_SECONDS = 20, 600
# What one node of 150 says beside its own: the name of the case, and the text.
SPOILED = {
    "old": "old 64 {now-86400000}\n",
    "five minutes ahead": "near 64 {now+300000}\n",
    "a day ahead": "far 64 {now+86400000}\n",
    "the same time always": "same 64 1700000000000\n",
    "rounded": "rounded 64 1764082800000\n",
    "in seconds": "seconds 64 1764082800\n",
    "target_info": 'target_info{"service.name"="my-app","service.instance.id"="x"} 1\n',
    "a million characters": 'long{label="' + "x" * 1_000_000 + '"} 1\n',
    "two times at once": "twice 1 {now-2000}\ntwice 2 {now-1000}\n",
}


def has_caught_up(stand: Stand, interval: float) -> bool:
    found = stand.query('min(timestamp(up{job="spcs-nodes"}))')
    return bool(found) and found[0].value > time.time() - 2 * interval


def assert_complete(stand: Stand, began: float, interval: float) -> str:
    """Fail where a node lacks a sample since a moment, and say how many there are."""
    assert find_gaps(stand, began, interval, 1.9 * interval) == {}
    scrapes = sum(map(len, find_times(stand, time.time(), time.time() - began).values()))
    lost = stand.own_metrics("spcs_lost_samples_total")[""]
    refused = stand.refused_samples()
    assert (lost, refused) == (0, 0)
    return f"{scrapes} scrapes of {len(stand.nodes())} nodes stored, 0 missing, 0 samples lost"


def test_a_store_that_is_killed_twenty_times_lacks_nothing(tmp_path: Path, measured: Callable[[str], None]) -> None:
    with open_stand(tmp_path / "run", 1, pools=5, nodes=4, containers=10) as stand:
        began = time.time()
        for _ in range(TWENTY):
            kill_and_restart(stand.store, "/-/ready")
            time.sleep(random.uniform(0, 2))
        measured(assert_complete(stand, began, 1))


def test_a_store_that_is_away_for_ten_minutes_lacks_nothing(tmp_path: Path, measured: Callable[[str], None]) -> None:
    with open_stand(tmp_path / "run", 5, pools=5, nodes=4, containers=28) as stand:
        began = time.time()
        kill_and_restart(stand.store, "/-/ready", meanwhile=lambda: time.sleep(OUTAGE_SECONDS))
        wait_for(lambda: has_caught_up(stand, 5), 300)
        measured(assert_complete(stand, began, 5))


def test_a_collector_that_is_killed_twenty_times_keeps_what_was_queued(
    tmp_path: Path, measured: Callable[[str], None]
) -> None:
    durable = write_durable_queue(tmp_path / "durable")
    with open_stand(tmp_path / "run", 1, pools=5, nodes=4, containers=10, more=(durable,)) as stand:
        lives: list[tuple[float, float, float]] = []

        def kill_the_collector() -> None:
            since = 0.0
            for _ in range(TWENTY):
                time.sleep(random.uniform(2, 4))
                queued = stand.own_metrics("spcs_scraped_samples_total")[""]
                lives.append((since, time.time(), queued))
                since = time.time()
                kill_and_restart(stand.collector)

        kill_and_restart(stand.store, "/-/ready", meanwhile=kill_the_collector)
        wait_for(lambda: has_caught_up(stand, 1), 120)
        everything = {"query": '{job=~"spcs-nodes|otelcol"}[20m]'}
        found = promql.result(promql.ask(stand.store.url, "query", everything))
        times = [float(at) for series in found for at, _ in series["values"]]
        stored = [sum(begin < at <= end for at in times) for begin, end, _ in lives]
        measured(f"{sum(queued for *_, queued in lives):,.0f} samples taken in {TWENTY} lives, {sum(stored):,} stored")
        assert all(has >= queued for has, (*_, queued) in zip(stored, lives, strict=True))


def test_one_of_150_nodes_that_says_odd_things_costs_no_other(tmp_path: Path, measured: Callable[[str], None]) -> None:
    with open_stand(tmp_path / "run", 5, pools=15, nodes=10, containers=20, frozen=True) as stand:
        bad, *others = stand.nodes()
        for case, text in SPOILED.items():
            began, size = time.time(), stand.log_size()
            stand.admin_text("PUT", f"/nodes/{bad}/extra", text)
            time.sleep(16)
            lines = [line for line in stand.log_lines(bad, size) if '"warn"' in line or '"error"' in line]
            reasons = [json.loads(line)["reason"] for line in lines]
            assert reasons, case
            assert len(reasons) == len(set(reasons)), case
            (shown,) = (node for pool in stand.status()["pools"] for node in pool["nodes"] if node["address"] == bad)
            assert shown["reason"], case
            stand.admin_text("PUT", f"/nodes/{bad}/extra", "")
            assert not set(find_gaps(stand, began, 5, 9.5)) & set(others), case
            measured(f"{case}: one line for {' and '.join(reasons)}, {len(others)} others lack nothing")
