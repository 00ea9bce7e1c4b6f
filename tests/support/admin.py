"""The simulator's admin API."""

from typing import Any

import requests


def call(url: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """Send one request to the API at url and return what it answers, or None for an empty answer."""
    answer = requests.request(method, url + path, json=body, timeout=20)
    assert answer.ok, answer.text
    return answer.json() if answer.content else None
