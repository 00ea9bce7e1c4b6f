"""The metrics exporter of every node, each on its own address, all in this process."""

import asyncio
import errno
import functools
import gzip
import re
import sys
import time
from collections.abc import Callable

from aiohttp import web

from simulator.exposition import render
from simulator.faults import SLOW_SECONDS, Faults
from simulator.fleet import Fleet, Node, Pool

HUGE_BYTES = 100_000_000
MANY_SERIES = 60_000
CONTENT_TYPE = "text/plain; version=0.0.4"


class Exporters:
    """Listens where the fleet's nodes are; call sync after the fleet or the faults changed."""

    def __init__(
        self, fleet: Fleet, faults: Faults, *, age: float = 0, frozen: bool = False, own_addresses: bool = False
    ) -> None:
        self._fleet = fleet
        self._faults = faults
        self._started = time.time() - age
        self._frozen = frozen
        self._own_addresses = own_addresses
        self._bodies: dict[str, bytes] = {}
        self._sites: dict[str, web.TCPSite] = {}
        app = web.Application()
        app.router.add_get("/metrics", self._scrape)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)

    async def sync(self) -> None:
        """Start listening for new nodes, and stop for those that are gone or down."""
        if self._runner.server is None:
            await self._runner.setup()
        wanted = {
            node.address: node for _, node in self._fleet.nodes() if self._faults.nodes.get(node.address) != "down"
        }
        for address in set(self._sites) - set(wanted):
            await self._sites.pop(address).stop()
        for address, node in wanted.items():
            if address not in self._sites:
                await self._listen(node)

    async def _listen(self, node: Node) -> None:
        if self._own_addresses:
            await asyncio.to_thread(add_address, node.host)
        self._sites[node.address] = await listen(self._runner, node.host, node.port)

    def age(self) -> float:
        """Return the seconds since the simulation began; a frozen one stays at its beginning."""
        return 0.0 if self._frozen else time.time() - self._started

    def body(self, pool: Pool, node: Node) -> bytes:
        """Return what the node publishes now; a frozen fleet renders each node once, which makes a cheap load."""
        if not self._frozen:
            return render(pool, node, self.age()).encode()
        if node.address not in self._bodies:
            self._bodies[node.address] = render(pool, node, self.age()).encode()
        return self._bodies[node.address]

    async def _scrape(self, request: web.Request) -> web.Response:
        host, port = request.transport.get_extra_info("sockname")[:2] if request.transport else ("", 0)
        address = f"{host}:{port}"
        found = next(((pool, node) for pool, node in self._fleet.nodes() if node.address == address), None)
        fault = self._faults.nodes.get(address)
        if found is None or fault == "down":
            # A connection kept alive would still reach a node that has gone.
            if request.transport:
                request.transport.abort()
            return web.Response()
        if fault == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        headers = {"Content-Type": CONTENT_TYPE}
        if fault == "gzip-bomb":
            return web.Response(body=_bomb(), headers=headers | {"Content-Encoding": "gzip"})
        make = _BROKEN.get(fault or "", bytes)
        extra = _at_present(self._faults.extras.get(address, "")).encode()
        return web.Response(body=make(self.body(*found)) + extra, headers=headers)


async def listen(runner: web.AppRunner, host: str, port: int) -> web.TCPSite:
    """Listen at an address. Raises OSError that names one which is taken."""
    site = web.TCPSite(runner, host, port, backlog=16)
    try:
        await site.start()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        reason = f"{host}:{port} is taken by another program, such as a second simulator"
        raise OSError(error.errno, reason) from None
    return site


def _at_present(text: str) -> str:
    now = time.time_ns() // 1_000_000
    return re.sub(r"\{now([+-]\d+)?\}", lambda match: str(now + int(match[1] or 0)), text)


@functools.cache
def _bomb() -> bytes:
    return gzip.compress(b"#" * HUGE_BYTES)


# What a broken node makes of its body.
_BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "duplicates": lambda body: body + body,
    "garbage": lambda _: b"<html>this is not a metric</html>\n",
    "huge": lambda body: body + b"# " + b"x" * HUGE_BYTES + b"\n",
    "many-series": lambda _: b"".join(b'too_many{number="%d"} 1\n' % n for n in range(MANY_SERIES)),
    "unfinished": lambda body: body[: body.rindex(b"{", 0, len(body) // 2) + 1],
}


def add_address(host: str) -> None:
    """Give this container's first interface another address, so that a node is reached where it says it is.

    Needs Linux and the capability NET_ADMIN.
    """
    if sys.platform != "linux":
        raise OSError("addresses of nodes can be added on Linux only")
    from pyroute2 import IPRoute, NetlinkError  # noqa: PLC0415 - installed on Linux only

    with IPRoute() as routes:
        try:
            routes.addr("add", index=routes.link_lookup(ifname="eth0")[0], address=host, prefixlen=16)
        except NetlinkError as error:
            if error.code != 17:  # it has the address already
                raise
