"""Whether everything that the simulated applications publish arrived in Prometheus, with the names that are forced."""

from dataclasses import dataclass
from typing import Any

import requests

from monitoring.reserved import is_reserved, kept_labels
from monitoring.selectors import ACCOUNT, APPLICATION_JOB, DATABASE, INSTANCE, POOL, SCHEMA, SERVICE
from simulator import fleet
from spcsmetrics.local.promql import InstantQuery

Series = frozenset[tuple[str, str]]


def expected(application: dict[str, Any], number: int, published: list[dict[str, str]]) -> set[Series]:
    """Return the series that the store must have of an instance.

    Args:
        application: what the simulator's admin API says of it.
        number: the number of the instance.
        published: the label sets that the instance publishes, with __name__.
    """
    forced = forced_labels(application, number)
    return {
        frozenset(({"__name__": one["__name__"]} | kept_labels(_without_name(one), forced)).items())
        for one in published
        if not is_reserved(one["__name__"])
    }


def forced_labels(application: dict[str, Any], number: int) -> dict[str, str]:
    """Return what the receiver sets on every series of an instance: the same names and values as nodes publish."""
    database, schema, service = str(application["name"]).split(".")
    return {
        "job": APPLICATION_JOB,
        "instance": f"{application['name']}/{number}:{application['port']}",
        ACCOUNT: fleet.ACCOUNT,
        POOL: str(application["pool"]),
        DATABASE: database,
        SCHEMA: schema,
        SERVICE: service,
        INSTANCE: str(number),
    }


def _without_name(labels: dict[str, str]) -> dict[str, str]:
    return {label: value for label, value in labels.items() if label != "__name__"}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How many instances answer, how many series there are of them, and which are missing or too much."""

    up: int
    series: int
    missing: set[Series]
    unexpected: set[Series]


def compare(admin: str, query: InstantQuery) -> Comparison:
    """Compare what opted-in applications publish with what the store has of them.

    Args:
        admin: the address of the simulator's admin API.
        query: asks the store.
    """
    wanted: set[Series] = set()
    for application in requests.get(f"{admin}/applications", timeout=30).json():
        for instance in application["instances"] if "prometheus.io/scrape=true" in application["comment"] else []:
            number = instance["number"]
            address = f"{admin}/applications/{application['name']}/{number}/series"
            wanted |= expected(application, number, requests.get(address, timeout=30).json())
    found = {
        frozenset(sample.labels.items())
        for sample in query(f'{{job="{APPLICATION_JOB}"}}')
        if not is_reserved(sample.labels["__name__"])
    }
    up = len(query(f'up{{job="{APPLICATION_JOB}"}} == 1'))
    return Comparison(up=up, series=len(found), missing=wanted - found, unexpected=found - wanted)
