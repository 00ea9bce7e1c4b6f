"""Reading back from Prometheus."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from spcsmetrics.core.errors import UserError

_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One element of an instant vector."""

    labels: dict[str, str]
    value: float


# Runs a query at the present moment and returns its vector.
InstantQuery = Callable[[str], list[Sample]]


def result(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the series in an answer of Prometheus's HTTP API.

    Raises:
        UserError: Prometheus refused the query; the message has its reason.
    """
    if answer.get("status") != "success":
        raise UserError(f"Prometheus refused the query: {answer.get('error', answer)}")
    series: list[dict[str, Any]] = answer["data"]["result"]
    return series


def parse(answer: dict[str, Any]) -> list[Sample]:
    """Return the vector in an answer to an instant query. Raises UserError as result does."""
    return [Sample(labels=row["metric"], value=float(row["value"][1])) for row in result(answer)]


def ask(url: str, kind: str, parameters: dict[str, Any], client: requests.Session | None = None) -> dict[str, Any]:
    """Return the answer of the Prometheus at url.

    Args:
        url: its address, such as http://127.0.0.1:9090.
        kind: query or query_range.
        parameters: those of the HTTP API: query, time; start, end, step.
        client: keeps the connection between queries.

    Raises:
        UserError: nothing that speaks the API answers there.
    """
    post = client.post if client else requests.post
    try:
        answer: dict[str, Any] = post(f"{url}/api/v1/{kind}", data=parameters, timeout=_SECONDS).json()
    except requests.RequestException as error:
        raise UserError(f"Prometheus at {url} does not answer: is it still running? ({error})") from error
    return answer


def over_http(url: str) -> InstantQuery:
    """Return a function that runs instant queries against the Prometheus at url.

    Example:
        >>> over_http("http://127.0.0.1:9090")('up{job="spcs-nodes"}')
        [Sample(labels={'instance': '10.0.0.1:9001', 'job': 'spcs-nodes', ...}, value=1.0)]
    """
    client = requests.Session()
    return lambda expression: parse(ask(url, "query", {"query": expression}, client))


def fill(expression: str, *, interval: str = "2m", seconds: int = 3600, choice: str | None = None) -> str:
    """Return a board's query with what Grafana puts in: its macros, and one choice for every variable if it is given.

    Args:
        expression: the query.
        interval: the window of rates.
        seconds: the length of the time range.
        choice: the text for each variable, such as `.*` for all values.
    """
    macros = {
        "__rate_interval": interval,
        "__range_s": str(seconds),
        "__range": f"{seconds}s",
        "price_per_credit": "2",
    }
    if choice:
        # A board of details chooses one, which many stand for.
        expression = re.sub(r'(?<=[a-z])="\$', '=~"$', expression)
    return re.sub(r"\$([a-z_]\w*)", lambda match: macros.get(match[1], choice or match[0]), expression)


def single(query: InstantQuery, expression: str) -> float:
    """Return the value of a query for one element, and 0 where its vector is empty."""
    found = query(expression)
    return found[0].value if found else 0.0
