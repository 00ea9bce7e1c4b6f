"""A web application, with the names and labels of prometheus-fastapi-instrumentator.

Source: https://github.com/trallnag/prometheus-fastapi-instrumentator
"""

from simulator.behaviour import grown, wave
from simulator.publishers.exposition import Family, counter, gauge, histogram

_HANDLERS = ("/orders", "/orders/{id}", "/health")
_BOUNDS = (0.1, 0.5, 1)
_FINE_BOUNDS = (0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30, 60)


def families(number: int, age: float) -> list[Family]:
    """Return what an instance publishes at an age."""
    requests = grown(12 + number % 7, age)
    each = [({"handler": handler, "method": "GET", "status": "2xx"}, requests / 3) for handler in _HANDLERS]
    failed = [({"handler": "/orders", "method": "POST", "status": "5xx"}, requests / 300)]
    by_handler = {"handler": "/orders", "method": "GET"}
    return [
        counter("http_requests_total", "Requests by method, status and handler", [*each, *failed]),
        histogram("http_request_duration_seconds", "Latency by handler", by_handler, _BOUNDS, requests / 3, 0.08),
        histogram("http_request_duration_highr_seconds", "Latency of all", {}, _FINE_BOUNDS, requests, 0.08),
        gauge("process_resident_memory_bytes", "Resident memory", wave(number, age, 9e7, 1.4e8)),
        gauge("python_info", "Platform", 1, {"implementation": "CPython", "major": "3", "minor": "12"}),
    ]
