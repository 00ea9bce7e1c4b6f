"""Ports: those of the shipped containers, which share one localhost, and free ones for runs on this machine."""

import socket

NODE = 9001
PROMETHEUS = 9090
PROMETHEUS_HEALTH = 9091
COLLECTOR_METRICS = 8888
COLLECTOR_DEBUG = 9099
COLLECTOR_HEALTH = 13133
GRAFANA = 3000


def find_free() -> int:
    """Return a TCP port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def can_bind(host: str, port: int) -> bool:
    """Tell whether this machine can listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
