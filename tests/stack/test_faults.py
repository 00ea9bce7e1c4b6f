"""Containers that are killed or paused, and a token that comes late: how many samples that costs."""

import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from containers import compose, docker, execute
from waiting import wait_for

from spcsmetrics.local.promql import InstantQuery

SCRAPE_SECONDS = 5
KILLS = 5
# Scrapes of a node are this regular while nothing is wrong.
JITTER = 1.0
TOKEN = "/snowflake/session/token"

Admin = Callable[..., Any]
# The times and values of `up` of each node over so many seconds.
Ups = Callable[[float], dict[str, list[tuple[float, str]]]]


def container(service: str) -> str:
    return compose("ps", "--all", "--quiet", service).strip()


def wait_until_healthy(service: str) -> None:
    found = container(service)
    wait_for(lambda: docker("inspect", "--format", "{{.State.Health.Status}}", found).stdout.strip() == "healthy", 60)


def kill(service: str, pause: float) -> float:
    """Kill a container without a warning and let it come back, five times, with so many seconds between.

    Return the longest time that it was away.
    """
    found, longest = container(service), 0.0
    for _ in range(KILLS):
        begun = time.monotonic()
        assert docker("kill", "--signal", "KILL", found).returncode == 0
        assert docker("start", found).returncode == 0
        wait_until_healthy(service)
        longest = max(longest, time.monotonic() - begun)
        time.sleep(pause)
    return longest


@pytest.fixture(autouse=True)
def _every_node_is_up(admin: Admin, query: InstantQuery) -> Iterator[None]:
    count = sum(len(pool["nodes"]) for pool in admin("GET", "/state")["pools"])
    wait_for(lambda: len(query('up{job="spcs-nodes"} == 1')) == count, 60)
    yield
    # The next test's window begins here.
    wait_for(lambda: len(query('up{job="spcs-nodes"} == 1')) == count, 60)


def gaps(ups: dict[str, list[tuple[float, str]]]) -> dict[str, float]:
    """Return the longest time between two samples of each node."""
    return {
        node: max(later - earlier for (earlier, _), (later, _) in pairwise(samples)) for node, samples in ups.items()
    }


def watch(ups: Ups, act: Callable[[], object]) -> dict[str, list[tuple[float, str]]]:
    """Do something, wait until the samples from before and after it are stored, and return them."""
    begun = time.monotonic()
    time.sleep(SCRAPE_SECONDS)
    act()
    time.sleep(3 * SCRAPE_SECONDS)
    found = ups(time.monotonic() - begun)
    assert len(found) > 1
    return found


def test_a_collector_that_is_killed_five_times_costs_a_node_what_it_missed_and_no_sample_more(ups: Ups) -> None:
    away: list[float] = []
    longest = gaps(watch(ups, lambda: away.append(kill("otel", 2 * SCRAPE_SECONDS))))
    # Up to an interval before it was killed, and one after it came back.
    assert all(gap <= 2 * SCRAPE_SECONDS + away[0] for gap in longest.values()), (longest, away)


def test_a_store_that_is_killed_five_times_loses_nothing(ups: Ups) -> None:
    longest = gaps(watch(ups, lambda: kill("prometheus", SCRAPE_SECONDS)))
    assert all(gap <= SCRAPE_SECONDS + JITTER for gap in longest.values()), longest


def test_an_account_and_nodes_that_are_killed_five_times_cost_no_sample(ups: Ups) -> None:
    try:
        found = watch(ups, lambda: kill("simulator", SCRAPE_SECONDS))
    finally:
        # The simulated account has another authority now, which the collector reads when it starts.
        compose("restart", "otel")
    # A node that does not answer is a sample too, of value 0.
    assert all(gap <= SCRAPE_SECONDS + JITTER for gap in gaps(found).values()), gaps(found)


def test_a_store_that_is_paused_loses_nothing(ups: Ups) -> None:
    def pause() -> None:
        compose("pause", "prometheus")
        try:
            time.sleep(6 * SCRAPE_SECONDS)
        finally:
            compose("unpause", "prometheus")

    longest = gaps(watch(ups, pause))
    assert all(gap <= SCRAPE_SECONDS + JITTER for gap in longest.values()), longest


def test_a_token_that_comes_late_is_waited_for(ups: Ups, logs: Callable[[str], str]) -> None:
    recent = SCRAPE_SECONDS + 2
    compose("stop", "--timeout", "5", "otel")
    wait_for(lambda: not ups(recent), 4 * SCRAPE_SECONDS)
    before = len(logs("otel").splitlines())
    execute("simulator", "mv", TOKEN, f"{TOKEN}.late")
    try:
        assert docker("start", container("otel")).returncode == 0
        time.sleep(3 * SCRAPE_SECONDS)
        assert not ups(recent)
        said = [line for line in logs("otel").splitlines()[before:] if TOKEN in line]
        assert len(said) == 1, said
    finally:
        execute("simulator", "mv", f"{TOKEN}.late", TOKEN)
    wait_for(lambda: bool(ups(recent)), 3 * SCRAPE_SECONDS)
    wait_until_healthy("otel")
