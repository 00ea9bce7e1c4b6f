"""The proxy of the user's environment, which is for addresses outside this machine."""

import os

_LOOPBACK = ("localhost", "127.0.0.1", "127.0.0.0/8", "::1")


def exempt_loopback() -> None:
    """Let requests of this process and of those that it starts reach this machine without the proxy.

    A proxy elsewhere cannot reach it. What goes outside takes the proxy, as the user set it.
    """
    exempt = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    listed = [entry.strip() for entry in exempt.split(",") if entry.strip()]
    wanted = ",".join([*listed, *(entry for entry in _LOOPBACK if entry not in listed)])
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = wanted
