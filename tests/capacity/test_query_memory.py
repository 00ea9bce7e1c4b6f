"""The worst queries together do not kill the store: each is answered, refused, or ended.

Minutes, as root, because it bounds memory: ./inv test-capacity
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import requests
from cgroups import Group, open_group
from launchers import LaunchedStore, start_launched_store
from waiting import wait_for

from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import over_http, single

GIB = 1024**3
LIMIT, SERIES, AT_ONCE = 2 * GIB, 44_000, 10
SELECTORS = 500
# Nodes with 28 containers publish 348 series each.
POOLS, NODES, CONTAINERS = 13, 10, 28
EVERYTHING = '{__name__=~".+"}'


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LaunchedStore, Group]]:
    with (
        open_group("spcs-queries", LIMIT) as group,
        processes.open_run(tmp_path_factory.mktemp("queries")) as run,
    ):
        if group is None:
            pytest.skip("needs root and control groups, to bound the store's memory")
        simulation = parts.start_simulator(run, POOLS, NODES, CONTAINERS, frozen=True)
        store = start_launched_store(run, wrap=group.wrap, env={"SPCS_SERIES": str(SERIES)})
        parts.start_collector(run, simulation, store.door, "5s", "30s")
        query = over_http(store.process.url)
        wait_for(
            lambda: bool(query("prometheus_tsdb_head_series")) and single(query, "count(" + EVERYTHING + ")") > SERIES,
            90,
        )
        time.sleep(15)
        yield store, group


def flag(store: LaunchedStore, name: str) -> int:
    answer = requests.get(f"{store.process.url}/api/v1/status/flags", timeout=10).json()
    return int(answer["data"][name])


def range_over(samples: int) -> tuple[str, dict[str, str]]:
    """Return a query that reads and returns so many samples of all series."""
    now = time.time() - 5
    steps = max(1, int(samples / SERIES / 1.35))
    return "query_range", {"query": EVERYTHING, "start": f"{now - 10}", "end": f"{now}", "step": f"{10 / steps}"}


def ask(store: LaunchedStore, kind: str, parameters: dict[str, str]) -> int:
    """Send a query and read all of its answer; return the status, and 0 where the store went meanwhile."""
    try:
        with requests.post(f"{store.door.url}/api/v1/{kind}", data=parameters, timeout=300, stream=True) as answer:
            for _ in answer.iter_content(1 << 20):
                pass
            return answer.status_code
    except requests.RequestException:
        return 0


@pytest.mark.parametrize("worst", ["answered", "refused", "subquery", "series", "selectors"])
def test_ten_of_the_worst_queries_at_once_do_not_kill_the_store(
    limited: tuple[LaunchedStore, Group], worst: str, measured: Callable[[str], None]
) -> None:
    store, group = limited
    allowed = flag(store, "query.max-samples")
    kind, parameters = {
        "answered": range_over(int(allowed * 0.95)),
        "refused": range_over(allowed * 3),
        "subquery": ("query", {"query": 'count(last_over_time({job="spcs-nodes"}[18m:1s]))'}),
        "series": ("series", {"match[]": EVERYTHING}),
        # Prometheus bounds samples, and not what it holds for each series of each selector.
        "selectors": ("query", {"query": " + ".join([f"count({EVERYTHING})"] * SELECTORS)}),
    }[worst]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = list(pool.map(lambda _: ask(store, kind, parameters), range(AT_ONCE)))
    ended = store.metrics()["ended_queries_total"]
    measured(f"{worst} {statuses}, {ended:.0f} ended, {group.peak() / 2**20:.0f} of {LIMIT / 2**20:.0f} MiB")
    # 503 is what a query gets that waited too long for the others.
    assert set(statuses) <= {200, 422, 503}
    assert worst != "refused" or set(statuses) <= {422, 503}
    assert worst != "answered" or 200 in statuses
    # Ended for their memory, or out of time on a slow machine.
    assert worst != "selectors" or set(statuses) <= {422, 503}
    assert group.kills() == 0
    assert store.metrics()['restarts_total{reason="ended"}'] == 0


def test_a_refused_query_says_what_to_change(limited: tuple[LaunchedStore, Group]) -> None:
    store, _ = limited
    kind, parameters = range_over(flag(store, "query.max-samples") * 3)
    answer = requests.post(f"{store.door.url}/api/v1/{kind}", data=parameters, timeout=60).json()
    assert "too many samples" in answer["error"]


def bounded(group: Group, limit: int) -> bool:
    """Return whether the kernel takes a limit, which it does not while more is held."""
    with suppress(OSError):
        group.bound(limit)
        return True
    return False


def test_in_less_memory_than_they_are_made_for_they_do_kill_it(limited: tuple[LaunchedStore, Group]) -> None:
    store, group = limited
    kind, parameters = range_over(int(flag(store, "query.max-samples") * 0.95))
    # Not before what the others took is given back.
    requests.get(f"{store.process.url}/debug/pprof/heap?gc=1", timeout=60)
    wait_for(lambda: bounded(group, LIMIT // 3), 60)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda _: ask(store, kind, parameters), range(AT_ONCE)))
    assert group.kills() > 0
    # The launcher is still there, and has started it again.
    wait_for(lambda: store.metrics()['restarts_total{reason="ended"}'] >= 1, 60)
