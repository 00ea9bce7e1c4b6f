"""The ports of applications: open to the collector where its role may connect, and closed where it may not."""

import asyncio
import time

from aiohttp import web

from simulator.applications import Application, Applications
from simulator.behaviour import seed
from simulator.catalog import Catalog, Name
from simulator.exporters import add_address, listen
from simulator.privileges import ROLE
from simulator.publishers import PUBLISHERS
from simulator.publishers.broken import BROKEN, ELSEWHERE, STOLEN
from simulator.publishers.exposition import PLAIN, UTF_8, Family, render
from simulator.sql.service_roles import reaches

# How often what listens is brought to what the account's statements have changed.
_SECONDS = 0.2


class ApplicationServers:
    """Listens on the address of every instance that the collector's role may reach.

    How SPCS refuses the others is not documented: here nothing listens.
    """

    def __init__(
        self, catalog: Catalog, applications: Applications, *, age: float = 0, own_addresses: bool = False
    ) -> None:
        self._catalog = catalog
        self._applications = applications
        self._started = time.time() - age
        self._own_addresses = own_addresses
        self._sites: dict[tuple[str, int], web.TCPSite] = {}
        app = web.Application()
        app.router.add_get(ELSEWHERE, _steal)
        app.router.add_get("/metrics", self._scrape)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)

    async def start(self) -> None:
        """Listen for those that may be reached already. Raises OSError for an address that is taken."""
        await self._runner.setup()
        await self._sync()

    async def follow(self) -> None:
        """Follow the account's statements until the loop ends."""
        while True:
            await asyncio.sleep(_SECONDS)
            await self._sync()

    def listens(self, host: str, port: int) -> bool:
        """Return whether something listens there now."""
        return (host, port) in self._sites

    def families(self, name: Name, application: Application, number: int) -> list[Family]:
        """Return what an instance publishes now; nothing for one that breaks the protocol."""
        make = PUBLISHERS.get(application.publisher)
        return make(seed(*name, number), time.time() - self._started) if make else []

    async def _sync(self) -> None:
        wanted = {
            (host, application.port)
            for name, application, _, host in self._applications.instances()
            if reaches(self._catalog, ROLE, name, application.port)
        }
        for place in set(self._sites) - wanted:
            await self._sites.pop(place).stop()
        for host, port in wanted - set(self._sites):
            if self._own_addresses:
                await asyncio.to_thread(add_address, host)
            self._sites[host, port] = await listen(self._runner, host, port)

    async def _scrape(self, request: web.Request) -> web.StreamResponse:
        place = request.transport.get_extra_info("sockname")[:2] if request.transport else ("", 0)
        found = next(
            (
                (name, application, number)
                for name, application, number, host in self._applications.instances()
                if (host, application.port) == tuple(place) and self.listens(host, application.port)
            ),
            None,
        )
        if found is None:
            # A connection kept alive would still reach an instance that has gone.
            if request.transport:
                request.transport.abort()
            return web.Response()
        return await self._answer(*found)

    async def _answer(self, name: Name, application: Application, number: int) -> web.Response:
        if application.publisher in BROKEN:
            reply = BROKEN[application.publisher]()
            await asyncio.sleep(reply.seconds)
            return web.Response(status=reply.status, body=reply.body, headers={"Content-Type": PLAIN, **reply.headers})
        text = render(self.families(name, application, number))
        kind = UTF_8 if application.publisher == "hostile" else PLAIN
        return web.Response(body=text.encode(), headers={"Content-Type": kind})


async def _steal(_: web.Request) -> web.Response:
    """Answer what is stored only by a client that follows a redirect."""
    return web.Response(body=STOLEN, headers={"Content-Type": PLAIN})
