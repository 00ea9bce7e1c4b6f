"""What a store would hold of applications that published for a day, as the receiver takes it from them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import requests

from monitoring.reserved import is_reserved, kept_labels
from monitoring.selectors import DATABASE, POOL, SCHEMA, SERVICE
from simulator.behaviour import seed
from simulator.day import PUBLISHING, find_instances, is_running
from simulator.fleet import DATABASE as HOME
from simulator.fleet import SCHEMA as HOME_SCHEMA
from simulator.fleet import Fleet, Instance
from simulator.publishers import PUBLISHERS
from simulator.publishers.exposition import Family, render
from spcsmetrics.local.applications import forced_labels

# As the receiver bounds a scrape.
_SAMPLE_LIMIT, _TIMEOUT = 5000, 10
# What it calls a connection that is refused.
_REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class PastApplication:
    """A service that publishes: what the simulator's admin API says of it, and its instances by their number.

    silent are the ages between which an instance did not answer.
    """

    known: Mapping[str, Any]
    instances: Mapping[int, Instance]
    silent: Mapping[int, tuple[float, float]]

    def is_target(self, number: int, age: float) -> bool:
        """Return whether an instance was scraped at an age: the account shows the address of one that runs."""
        return is_running(self.instances[number], age)

    def answers(self, number: int, age: float) -> bool:
        """Return whether an instance that was scraped answered."""
        begin, end = self.silent.get(number, (0, 0))
        return not begin <= age < end

    def count_failures(self, age: float, interval: float) -> int:
        """Return how many scrapes have failed until an age."""
        return sum(int(max(0, min(age, end) - begin) // interval) for begin, end in self.silent.values())

    def publish(self, number: int, age: float) -> list[Family]:
        """Return what an instance publishes at an age."""
        name = str(self.known["name"]).split(".")
        return PUBLISHERS[self.known["publisher"]](seed(*name, number), age)


def find_applications(fleet: Fleet, admin: str) -> list[PastApplication]:
    """Return the services of the day that publish.

    Args:
        fleet: the nodes on which they run.
        admin: the address of the simulator's admin API, which says on which ports.
    """
    listed = {one["name"]: one for one in requests.get(f"{admin}/applications", timeout=30).json()}
    found = []
    for one in PUBLISHING:
        known = listed[f"{HOME}.{HOME_SCHEMA}.{one.service}"]
        there = find_instances(fleet, one.service)
        found.append(PastApplication(known=known, instances=there, silent=one.silent))
    return found


def write_scrapes(out: TextIO, applications: Sequence[PastApplication], times: range, start: int) -> None:
    """Write what each instance published, and what its scrapes said of themselves."""
    for application in applications:
        for number in application.instances:
            ages = (at - start for at in times)
            for line, age in _scrape(application, number, ages):
                out.write(f"{line} {start + age}\n")


def _scrape(application: PastApplication, number: int, ages: Iterable[int]) -> Iterator[tuple[str, int]]:
    """Yield the series and values of an instance's scrapes, each with the age."""
    forced = forced_labels(dict(application.known), number)
    body = application.publish(number, 0)
    length = len(render(body))
    # An instance publishes the same series again and again.
    series = [
        "" if is_reserved(sample.name) else _series(sample.name, kept_labels(dict(sample.labels), forced))
        for family in body
        for sample in family.samples
    ]
    good = _report(len(series), length)
    bad = dict.fromkeys(good, 0) | {"scrape_sample_limit": _SAMPLE_LIMIT, "scrape_timeout_seconds": _TIMEOUT}
    reports = {
        answered: [f"{_series(name, forced)} {value}" for name, value in report.items()]
        for answered, report in ((True, good), (False, bad))
    }
    for age in ages:
        if not application.is_target(number, age):
            continue
        answered = application.answers(number, age)
        if answered:
            values = (sample.value for family in application.publish(number, age) for sample in family.samples)
            yield from ((f"{one} {value}", age) for one, value in zip(series, values, strict=True) if one)
        yield from ((line, age) for line in reports[answered])


def _report(published: int, length: int) -> dict[str, float]:
    """Return what a scrape that was answered says of itself: what is reserved counts, because it is left out later."""
    return {
        "up": 1,
        "scrape_duration_seconds": 0.002 + published * 2e-5,
        "scrape_samples_scraped": published,
        "scrape_samples_post_metric_relabeling": published,
        "scrape_sample_limit": _SAMPLE_LIMIT,
        "scrape_timeout_seconds": _TIMEOUT,
        "scrape_body_size_bytes": length,
    }


def write_discovery(
    out: TextIO, applications: Sequence[PastApplication], times: range, start: int, collector: str
) -> None:
    """Write what the collector, which has these labels, says of each service."""
    for at in times:
        for application in applications:
            age = at - start
            scraped = [number for number in application.instances if application.is_target(number, age)]
            silent = [number for number in scraped if not application.answers(number, age)]
            of = f"{_of_service(application)},{collector}"
            out.write(f"spcs_application_instances{{{of}}} {len(scraped)} {at}\n")
            reason = _REFUSED if silent else ""
            out.write(f'spcs_application_info{{state="RUNNING",reason="{reason}",{of}}} 1 {at}\n')
        failed = sum(application.count_failures(at - start, times.step) for application in applications)
        out.write(f'spcs_application_scrape_failures_total{{reason="{_REFUSED}",{collector}}} {failed} {at}\n')


def _of_service(application: PastApplication) -> str:
    database, schema, service = str(application.known["name"]).split(".")
    labels = {DATABASE: database, SCHEMA: schema, SERVICE: service, POOL: application.known["pool"]}
    return _pairs(labels)


def _series(name: str, labels: Mapping[str, str]) -> str:
    return f"{name}{{{_pairs(labels)}}}"


def _pairs(labels: Mapping[str, str]) -> str:
    return ",".join(f'{label}="{value}"' for label, value in labels.items())
