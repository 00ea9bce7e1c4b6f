"""Whether everything that the simulated nodes publish arrived in Prometheus, exactly."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

import requests

from monitoring.selectors import ACCOUNT, JOB
from simulator import fleet
from spcsmetrics.core.polls import poll
from spcsmetrics.local import applications
from spcsmetrics.local.promql import InstantQuery, single

Series = frozenset[tuple[str, str]]


@dataclass(kw_only=True)
class Summary:
    """What arrived of what was expected; missing and unexpected name at most ten each.

    applications are instances of applications that answer; 0 where they were not asked for.
    """

    ok: bool = False
    pools: int = 0
    nodes: int = 0
    containers: int = 0
    applications: int = 0
    series: int = 0
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return the summary for JSON."""
        return asdict(self)


def is_added(name: str) -> bool:
    """Return whether a series comes from the scrape or a rule, not from the target."""
    return name == "up" or name.startswith(("scrape_", "ALERTS")) or ":" in name


def verify(admin: str, query: InstantQuery, *, with_applications: bool = False) -> Summary:
    """Compare the label sets of every node with those in Prometheus: equal but for job, instance and account.

    Args:
        admin: the address of the simulator's admin API.
        query: asks the store.
        with_applications: compare those of every application too.
    """
    state = requests.get(f"{admin}/state", timeout=30).json()
    summary = Summary()
    for pool in state["pools"]:
        for node in pool["nodes"]:
            _verify_node(admin, query, pool["name"], node, summary)
    summary.pools = int(single(query, f'count(count by (snow_compute_pool_name) (node_cpu_capacity{{job="{JOB}"}}))'))
    summary.nodes = int(single(query, f'count(up{{job="{JOB}"}} == 1)'))
    summary.containers = int(single(query, f'count(container_cpu_limit{{job="{JOB}"}})'))
    _compare_totals(state, summary)
    if with_applications:
        found = applications.compare(admin, query)
        summary.applications = found.up
        summary.series += found.series
        _record(summary.missing, found.missing, "applications")
        _record(summary.unexpected, found.unexpected, "applications")
    summary.ok = not summary.missing and not summary.unexpected
    return summary


def verify_until(admin: str, query: InstantQuery, seconds: float, *, with_applications: bool = False) -> Summary:
    """Verify until everything is right or the time is over, and return the last summary."""
    started = time.monotonic()
    summary = Summary()
    for summary in poll(lambda: verify(admin, query, with_applications=with_applications), seconds, pause=1):
        if summary.ok:
            break
    summary.seconds = round(time.monotonic() - started, 1)
    return summary


def _verify_node(admin: str, query: InstantQuery, pool: str, node: dict[str, Any], summary: Summary) -> None:
    address = node["address"]
    published = requests.get(f"{admin}/nodes/{address}/series", timeout=30).json()
    target = {"job": JOB, "instance": address, ACCOUNT: fleet.ACCOUNT}
    expected = {frozenset((labels | target).items()) for labels in published}
    selector = f'{{job="{JOB}",instance="{address}"}}'
    stored = {frozenset(sample.labels.items()) for sample in query(selector) if not is_added(sample.labels["__name__"])}
    summary.series += len(stored)
    _record(summary.missing, expected - stored, pool)
    _record(summary.unexpected, stored - expected, pool)


def _compare_totals(state: dict[str, Any], summary: Summary) -> None:
    nodes = [node for pool in state["pools"] for node in pool["nodes"]]
    containers = sum(len(node["containers"]) for node in nodes)
    pools = sum(bool(pool["nodes"]) for pool in state["pools"])
    for what, found, expected in (
        ("pools", summary.pools, pools),
        ("nodes that are up", summary.nodes, len(nodes)),
        ("containers", summary.containers, containers),
    ):
        if found < expected:
            summary.missing.append(f"{found} of {expected} {what}")
        elif found > expected:
            summary.unexpected.append(f"{found} of {expected} {what}")


def _record(where: list[str], series: set[Series], pool: str) -> None:
    for labels in sorted(series, key=sorted)[: max(0, 10 - len(where))]:
        pairs = dict(labels)
        name = pairs.pop("__name__")
        where.append(f"{pool}: {name}{{{', '.join(f'{k}={v}' for k, v in sorted(pairs.items()))}}}")
