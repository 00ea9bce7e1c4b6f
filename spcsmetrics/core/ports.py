"""TCP ports: those that a run on this machine shares with the shipped files, and free ones."""

import socket

from spcsmetrics.core.errors import UserError

# Where each node of a compute pool publishes.
NODE = 9001
# Where the store's own Prometheus and Grafana listen; runs on this machine move the former.
PROMETHEUS = 9092
GRAFANA = 3000


def find_free() -> int:
    """Return a TCP port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_run(count: int) -> int:
    """Return the first of so many TCP ports in a row that are free on 127.0.0.1.

    They lie below those that the system gives out by itself, so that no connection takes one meanwhile.

    Raises:
        UserError: too few are free between 20000 and 32000.
    """
    first = 20_000
    for port in range(20_000, 32_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                first = port + 1
        if port - first + 1 == count:
            return first
    raise UserError(f"fewer than {count} ports in a row are free between 20000 and 32000: end what holds them")


def can_bind(host: str, port: int) -> bool:
    """Return whether this machine can listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
