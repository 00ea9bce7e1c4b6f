"""What is read back from Prometheus, and how it is shown."""

import io
from typing import Any

import pytest

from monitoring.selectors import CONTAINER, DATABASE, INSTANCE, POOL, SCHEMA, SERVICE
from spcsmetrics.core import ports
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.terminal import Terminal
from spcsmetrics.local import promql
from spcsmetrics.local.promql import Sample
from spcsmetrics.local.view import Guide, draw

HOSTILE = "[/x][red]\x1b[31m"


def query(_: str) -> list[Sample]:
    labels = dict.fromkeys((POOL, DATABASE, SCHEMA, SERVICE, INSTANCE, CONTAINER, "instance"), HOSTILE)
    return [Sample(labels=labels | {"snow_compute_pool_node_instance_family": HOSTILE}, value=1.0)]


def test_names_in_the_live_view_are_shown_as_they_are() -> None:
    terminal = Terminal(file=io.StringIO(), width=200)
    guide = Guide(addresses={"Logs": HOSTILE}, commands=(HOSTILE,))
    pool = {"name": HOSTILE, "state": HOSTILE, "reason": HOSTILE, "nodes": [{"address": HOSTILE, "reason": HOSTILE}]}
    terminal.print(draw(query, guide, {"pools": [pool]}, 200, 50))
    printed = terminal.file.getvalue()  # type: ignore[attr-defined]
    # Address, command; the pool, its state and reason; node and reason; the container (three names) with its pool.
    assert printed.count("[/x][red]\\x1b[31m") == 11
    assert "\x1b" not in printed


FAMILY = "snow_compute_pool_node_instance_family"
GUIDE = Guide(
    addresses={
        "Boards": "http://127.0.0.1:45123",
        "Pools and nodes": "http://127.0.0.1:45124/",
        "Prometheus": "http://127.0.0.1:45125/query?g0.expr=up",
        "Deploy": "sh /logs/spcs-demo-a1b2c3d4/deploy",
        "Simulator": "http://127.0.0.1:45126/state",
        "Logs": "/logs/spcs-demo-a1b2c3d4",
    },
    commands=("./inv demo.suspend WEB_POOL", "./inv demo.break 127.90.0.1:9001", "sh /logs/spcs-demo-a1b2c3d4/doctor"),
)
POOLS = ("BATCH_POOL", "GPU_POOL", "WEB_POOL")


def fleet(expression: str) -> list[Sample]:
    """Answer as a store with three pools of two nodes each, and a container on each node."""
    found = []
    for number, pool in enumerate(POOLS):
        for node in range(2):
            labels = {POOL: pool, "instance": f"127.90.{number}.{node + 1}:9001", FAMILY: "CPU_X64_S"}
            labels |= {name: f"{name}_OF_SOME_LENGTH" for name in (DATABASE, SCHEMA, SERVICE, INSTANCE, CONTAINER)}
            found.append(Sample(labels=labels, value=1.0))
    return found[::2] if "by (" in expression and POOL in expression else found


def shown(status: dict[str, Any], width: int, height: int, ask: promql.InstantQuery = fleet) -> list[str]:
    terminal = Terminal(file=io.StringIO(), width=width, height=height)
    terminal.print(draw(ask, GUIDE, status, width, height))
    printed: str = terminal.file.getvalue()  # type: ignore[attr-defined]
    return [line.rstrip() for line in printed.splitlines()]


STATUS = {
    "pools": [
        {"name": "BATCH_POOL", "state": "SUSPENDED", "reason": "suspended", "nodes": None},
        {"name": "GPU_POOL", "state": "ACTIVE", "reason": "no_addresses", "nodes": []},
        {"name": "WEB_POOL", "state": "ACTIVE", "nodes": [{"address": "127.90.2.1:9001", "reason": "timeout"}]},
    ]
}


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 20), (200, 60)])
def test_the_view_fits_the_screen_with_pools_reasons_and_whole_commands(width: int, height: int) -> None:
    lines = shown(STATUS, width, height)
    assert len(lines) <= height
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    for wanted in (*POOLS, "SUSPENDED", "no_addresses", "timeout", "http://127.0.0.1:45123", *GUIDE.commands):
        assert wanted in text
    assert sum("9001" in line and ("yes" in line or " no" in line) for line in lines) >= 2


def test_before_the_first_scrape_the_view_says_that_it_waits() -> None:
    assert "waiting for the first scrape ..." in shown({}, 80, 24, lambda _: [])
    assert "waiting for the first scrape ..." in shown(STATUS, 80, 24, lambda _: []), "a node is known, and not scraped"
    assert "waiting for the first scrape ..." not in shown(STATUS, 80, 24)


def test_pools_without_nodes_are_shown_and_not_waited_for() -> None:
    suspended = {"pools": [{"name": "BATCH_POOL", "state": "SUSPENDED", "reason": "suspended", "nodes": None}]}
    lines = shown(suspended, 80, 24, lambda _: [])
    assert "waiting for the first scrape ..." not in lines
    assert [line for line in lines if line.startswith("BATCH_POOL  SUSPENDED")]


def test_a_vector_becomes_samples() -> None:
    row = {"metric": {"job": "x"}, "value": [1700000000, "2.5"]}
    assert promql.parse({"status": "success", "data": {"result": [row]}}) == [Sample(labels={"job": "x"}, value=2.5)]


@pytest.mark.parametrize("answer", [{"status": "error", "error": "parse error"}, {"error": "parse error"}])
def test_a_refused_query_is_an_error_with_the_reason(answer: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="Prometheus refused the query: parse error"):
        promql.parse(answer)


def test_a_store_that_is_gone_is_an_error_with_its_address() -> None:
    url = f"http://127.0.0.1:{ports.find_free()}"
    with pytest.raises(UserError, match=f"Prometheus at {url} does not answer: is it still running"):
        promql.over_http(url)("up")


def test_a_single_value_is_that_of_the_first_element_and_0_without_one() -> None:
    assert promql.single(lambda _: [Sample(labels={}, value=3.0)], "count(up)") == 3
    assert promql.single(lambda _: [], "count(up)") == 0
