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
from spcsmetrics.local.view import draw

HOSTILE = "[/x][red]\x1b[31m"


def query(_: str) -> list[Sample]:
    labels = dict.fromkeys((POOL, DATABASE, SCHEMA, SERVICE, INSTANCE, CONTAINER, "instance"), HOSTILE)
    return [Sample(labels=labels | {"snow_compute_pool_node_instance_family": HOSTILE}, value=1.0)]


def test_names_in_the_live_view_are_shown_as_they_are() -> None:
    terminal = Terminal(file=io.StringIO(), width=200)
    terminal.print(draw(query, {"Logs": HOSTILE}))
    printed = terminal.file.getvalue()  # type: ignore[attr-defined]
    # The address, the pool and its family, the node, and the container (four names) with its pool.
    assert printed.count("[/x][red]\\x1b[31m") == 9
    assert "\x1b" not in printed


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
