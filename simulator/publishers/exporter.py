"""An application with the OpenTelemetry SDK's Prometheus exporter, which describes itself by target_info.

Source: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
"""

from simulator.behaviour import grown, wave
from simulator.publishers.exposition import Family, counter, gauge, histogram

_SCOPE = {"otel_scope_name": "worker", "otel_scope_version": "1.4"}
_BOUNDS = (5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000)


def families(number: int, age: float) -> list[Family]:
    """Return what an instance publishes at an age."""
    done = grown(3 + number % 4, age)
    return [
        gauge("target_info", "Target metadata", 1, {"service_name": "worker", "telemetry_sdk_language": "python"}),
        counter("tasks_total", "Tasks by result", [({**_SCOPE, "result": "ok"}, done)]),
        gauge("tasks_waiting", "Tasks in the queue", round(wave(number, age, 0, 40)), _SCOPE),
        histogram("task_duration_milliseconds", "Duration of tasks", _SCOPE, _BOUNDS, done, 120),
    ]
