"""The versions of what the collector's manifest does not name: the store, the boards' server, and the image bases."""

# What the three images, the boards and the rules carry; pyproject.toml and the collector's manifest say the same.
PRODUCT = "0.1.0"
SOURCE = "https://github.com/spcs-user-metrics/spcs-user-metrics"
PROMETHEUS = "3.16.0"
GRAFANA = "13.2.3"
# The oldest Prometheus that is taken from the PATH; older ones lose late samples at a restart.
MIN_PROMETHEUS = (3, 14)

# The official base of each image. Each Dockerfile takes its base as the build argument BASE.
BASES = {
    "prometheus": f"prom/prometheus:v{PROMETHEUS}",
    "grafana": f"grafana/grafana:{GRAFANA}",
    "simulator": "python:3.11-slim-bookworm",
}


def prometheus_module() -> str:
    """Return the Go module version of PROMETHEUS: 3.16.0 is tagged v0.316.0 there."""
    major, minor, patch = PROMETHEUS.split(".")
    return f"v0.{major}{int(minor):02d}.{patch}"
