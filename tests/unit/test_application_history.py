"""The day of applications: what a store would hold of them is what the receiver takes, with what it says of scrapes."""

import io
import re
from typing import Any

import pytest

from monitoring.reserved import is_reserved
from simulator.__main__ import build_fleet, parse
from simulator.behaviour import DAY
from simulator.day import PUBLISHING, find_instances, find_pool
from simulator.fleet import Fleet
from spcsmetrics.local.application_history import PastApplication, write_discovery, write_scrapes
from spcsmetrics.local.applications import expected

START, STEP, HOUR = 1_000_000, 30, 3600


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return build_fleet(parse(["--session", "unused", "--day"]))


@pytest.fixture(scope="module")
def applications(fleet: Fleet) -> list[PastApplication]:
    """Return those of the day, with what the simulator's admin API would say of them."""
    return [
        PastApplication(
            known={
                "name": f"ANALYTICS.PUBLIC.{one.service}",
                "pool": find_pool(fleet, one.service),
                "port": one.port,
                "publisher": one.publisher,
            },
            instances=find_instances(fleet, one.service),
            silent=one.silent,
        )
        for one in PUBLISHING
    ]


Series = dict[frozenset[tuple[str, str]], float]


def scrape(applications: list[PastApplication], hour: float) -> Series:
    """Return the series of one scrape with their values."""
    out = io.StringIO()
    at = START + int(hour * HOUR)
    write_scrapes(out, applications, range(at, at + STEP, STEP), START)
    return read(out.getvalue(), at)


def read(text: str, at: int) -> Series:
    found: Series = {}
    for line in text.splitlines():
        match = re.fullmatch(r"([\w:]+)\{(.*)\} (\S+) (\d+)", line)
        assert match, line
        assert int(match[4]) == at
        labels = dict(re.findall(r'([\w:]+)="([^"]*)"', match[2]))
        found[frozenset((labels | {"__name__": match[1]}).items())] = float(match[3])
    return found


def pick(series: Series, name: str, label: str) -> dict[str, float]:
    """Return the values of a metric by a label."""
    named = ((dict(labels), value) for labels, value in series.items())
    return {labels[label]: value for labels, value in named if labels["__name__"] == name}


def test_each_instance_has_what_it_publishes_with_the_names_that_are_forced(
    applications: list[PastApplication],
) -> None:
    wanted: set[Any] = set()
    for one in applications:
        for number in one.instances:
            samples = [sample for family in one.publish(number, HOUR) for sample in family.samples]
            wanted |= expected(dict(one.known), number, [{"__name__": s.name} | dict(s.labels) for s in samples])
    found = {labels for labels in scrape(applications, 1) if not is_reserved(dict(labels)["__name__"])}
    assert found == wanted
    assert len(found) > 300


def test_totals_go_on_from_one_scrape_to_the_next(applications: list[PastApplication]) -> None:
    before, after = (pick(scrape(applications, hour), "vllm:prompt_tokens_total", "instance") for hour in (1, 2))
    assert before.keys() == after.keys() == {f"ANALYTICS.PUBLIC.ASSISTANT/{n}:8000" for n in (0, 1)}
    assert all(0 < before[instance] < after[instance] for instance in before)


def test_an_instance_that_is_not_there_is_no_target_and_one_that_is_silent_is_down(
    applications: list[PastApplication],
) -> None:
    up = {hour: pick(scrape(applications, hour), "up", "instance") for hour in (1, 14.4, DAY / HOUR - 1)}
    assert [len(found) for found in up.values()] == [7, 7, 6], "CHECKOUT is one instance short in the evening"
    down = [[instance for instance, value in found.items() if value == 0] for found in up.values()]
    assert down == [[], ["ANALYTICS.PUBLIC.INGEST/1:9464"], []]


def test_what_is_reserved_is_left_out(applications: list[PastApplication]) -> None:
    found = scrape(applications, 1)
    assert pick(found, "tasks_waiting", "instance").keys() == {f"ANALYTICS.PUBLIC.INGEST/{n}:9464" for n in (0, 1)}
    assert not pick(found, "target_info", "instance")


@pytest.mark.parametrize(("hour", "instances", "reason"), [(1, 3, ""), (14.4, 3, "refused"), (DAY / HOUR - 1, 2, "")])
def test_the_collector_says_what_is_scraped_and_what_is_wrong(
    applications: list[PastApplication], hour: float, instances: int, reason: str
) -> None:
    out, at = io.StringIO(), START + int(hour * HOUR)
    write_discovery(out, applications, range(at, at + STEP, STEP), START, 'job="otelcol"')
    found = read(out.getvalue(), at)
    assert pick(found, "spcs_application_instances", "snow_service_name")["CHECKOUT"] == instances
    reasons = {
        dict(labels)["reason"]
        for labels in found
        if dict(labels).get("snow_service_name") == "INGEST" and "state" in dict(labels)
    }
    assert reasons == {reason}
    assert (pick(found, "spcs_application_scrape_failures_total", "reason")["refused"] > 0) is (hour > 14)
