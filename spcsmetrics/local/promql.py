"""Reading back from Prometheus."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from spcsmetrics.core.errors import UserError


@dataclass(frozen=True)
class Sample:
    """One element of an instant vector."""

    labels: dict[str, str]
    value: float


Query = Callable[[str], list[Sample]]


def parse(answer: dict[str, Any]) -> list[Sample]:
    """Return the vector in an answer of Prometheus's HTTP API. Raises UserError with the message of an error."""
    if answer.get("status") != "success":
        raise UserError(f"Prometheus refused the query: {answer.get('error', answer)}")
    return [Sample(row["metric"], float(row["value"][1])) for row in answer["data"]["result"]]


def over_http(url: str) -> Query:
    """Return a function that runs instant queries against the Prometheus at url."""
    session = requests.Session()

    def query(expression: str) -> list[Sample]:
        try:
            response = session.post(f"{url}/api/v1/query", data={"query": expression}, timeout=30)
            return parse(response.json())
        except requests.RequestException as error:
            raise UserError(f"Prometheus at {url} does not answer: is it still running? ({error})") from error

    return query
