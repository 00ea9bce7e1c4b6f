"""The simulated day: at its end there is the trouble that its pages and pictures show, and before it there was not."""

import copy

import pytest

from monitoring.selectors import GPU, INSTANCE, POOL, SERVICE
from simulator.__main__ import build_fleet, parse
from simulator.applications import Applications
from simulator.behaviour import DAY, grown
from simulator.catalog import Catalog
from simulator.exposition import samples
from simulator.faults import Faults
from simulator.fleet import Fleet

HOUR = 3600.0
Found = dict[tuple[str, ...], float]


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return build_fleet(parse(["--session", "unused", "--day"]))


def find(fleet: Fleet, metric: str, age: float, *labels: str, **where: str) -> Found:
    """Return what the nodes publish of a metric at an age: the values of these labels -> the value."""
    return {
        tuple(found[label] for label in labels): value
        for pool, node in fleet.nodes()
        for name, found, value in samples(pool, node, age)
        if name == metric and where.items() <= found.items()
    }


def test_a_pool_is_full(fleet: Fleet) -> None:
    requested = find(
        fleet, "container_cpu_requested", DAY, SERVICE, INSTANCE, "snow_service_container_name", **{POOL: "WEB_POOL"}
    )
    assert 0.9 < sum(requested.values()) / (3 * 3) < 1


def test_a_service_is_one_instance_short_since_the_evening(fleet: Fleet) -> None:
    running = (
        find(fleet, "container_state_running", age, INSTANCE, **{SERVICE: "CHECKOUT"}) for age in (21 * HOUR, DAY)
    )
    assert [len(found) for found in running] == [3, 2]
    assert find(fleet, "container_state_pending_reason", DAY, "reason", **{SERVICE: "CHECKOUT"}) == {
        ("Initializing",): 1
    }


def test_a_container_leaks_until_it_is_killed_again_and_again(fleet: Fleet) -> None:
    where = {SERVICE: "SESSIONS"}
    (limit,) = find(fleet, "container_memory_limit", DAY, SERVICE, **where).values()
    (used,) = find(fleet, "container_memory_usage", DAY, SERVICE, **where).values()
    assert used / limit > 0.9
    assert find(fleet, "container_restarts", DAY, SERVICE, **where) == {("SESSIONS",): 4}
    assert find(fleet, "container_state_last_finished_reason", DAY, "reason", **where) == {("FailedWithOOM",): 1}


@pytest.mark.parametrize(
    ("service", "metric", "reason", "before"),
    [
        ("ENRICH", "container_state_pending_reason", "FailedToPullImage", 22 * HOUR),
        ("CLOSE_BOOKS", "container_state_last_finished_reason", "Failed", 21 * HOUR),
        ("NIGHTLY_EXPORT", "container_state_last_finished_reason", "Done", 7 * HOUR),
    ],
)
def test_an_image_is_missing_and_jobs_end(fleet: Fleet, service: str, metric: str, reason: str, before: float) -> None:
    assert find(fleet, metric, DAY, "reason", **{SERVICE: service}) == {(reason,): 1}
    assert find(fleet, "container_state_running", before, SERVICE, **{SERVICE: service}) == {(service,): 1}


def test_a_job_is_not_there_before_it_starts(fleet: Fleet) -> None:
    assert not find(fleet, "container_cpu_limit", HOUR, SERVICE, **{SERVICE: "CLOSE_BOOKS"})


def test_one_gpu_of_four_idles(fleet: Fleet) -> None:
    in_use = find(fleet, "container_gpu_utilization", DAY, GPU)
    assert sorted(value > 0.2 for value in in_use.values()) == [False, True, True, True]


def test_one_volume_is_full_within_a_day(fleet: Fleet) -> None:
    (size,) = set(find(fleet, "volume_capacity", DAY, INSTANCE).values())
    now, later = (find(fleet, "volume_usage", age, INSTANCE) for age in (DAY, DAY + 9 * HOUR))
    assert {instance: used / size > 0.85 for instance, used in now.items()} == {("0",): True, ("1",): False}
    assert later["0",] / size == 0.99


def test_egress_of_one_service_is_denied(fleet: Fleet) -> None:
    denied = find(fleet, "network_egress_denied_packets", DAY, SERVICE, INSTANCE)
    assert [service for (service, _), packets in denied.items() if packets] == ["FEED"]


def test_one_pool_is_suspended_and_one_is_not_seen(fleet: Fleet) -> None:
    assert fleet.pools["REPORTS_POOL"].state == "SUSPENDED"
    assert 0 < fleet.pools["REPORTS_POOL"].suspended_at < DAY
    assert [name for name, pool in fleet.pools.items() if not pool.monitored] == ["STAGING_POOL"]


def test_three_services_publish_from_where_they_run(fleet: Fleet) -> None:
    catalog = Catalog(fleet=copy.deepcopy(fleet), faults=Faults(), delay=0)
    applications = Applications(catalog)
    applications.begin_day()
    running = {name[2]: set(catalog.services[name].hosts) for name in applications.known}
    assert running == {"ASSISTANT": {0, 1}, "CHECKOUT": {0, 1}, "INGEST": {0, 1}}, "one of CHECKOUT waits"
    assert {name[2]: catalog.services[name].pool for name in applications.known} == {
        "ASSISTANT": "GPU_POOL",
        "CHECKOUT": "WEB_POOL",
        "INGEST": "BATCH_POOL",
    }
    assert catalog.fleet.pools == fleet.pools, "nothing is placed beside what is there"
    assert all("prometheus.io/scrape=true" in (catalog.services[name].comment or "") for name in applications.known)


def test_totals_only_grow_and_have_their_mean_rate_over_a_day() -> None:
    values = [grown(10, age) for age in range(0, int(DAY) + 1, 60)]
    assert values == sorted(values)
    assert values[-1] == pytest.approx(10 * DAY)
