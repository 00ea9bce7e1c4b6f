"""The admin API of applications: look at them, add them, and change them as their owners would.

GET    /applications                           name, publisher, comment, state, and instances with address and listening
GET    /applications/{name}/{number}/series    the label sets that an instance publishes now, with __name__
POST   /applications                           {"name", "publisher"}, and "instances", "port", "pool"; nobody opts it in
PATCH  /applications/{name}                    {"instances"}, {"comment"}, {"opted_in"}, {"granted"}, {"suspended"},
                                               {"connected": whether the service role is given}, {"redeploy": true}
                                               or {"name"}
DELETE /applications/{name}
"""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from simulator.application_servers import ApplicationServers
from simulator.applications import Applications
from simulator.catalog import Catalog, Name

_CHANGES = ("instances", "comment", "opted_in", "granted", "connected", "suspended", "redeploy", "name")


@dataclass(kw_only=True)
class ApplicationAdmin:
    """Serves the part of the admin API that is about applications."""

    catalog: Catalog
    applications: Applications
    servers: ApplicationServers

    def routes(self) -> list[web.RouteDef]:
        """Return the routes for the application."""
        return [
            web.get("/applications", self._list),
            web.get("/applications/{name}/{number}/series", self._series),
            web.post("/applications", self._add),
            web.patch("/applications/{name}", self._change),
            web.delete("/applications/{name}", self._remove),
        ]

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response([self._describe(name) for name in self.applications.known])

    def _describe(self, name: Name) -> dict[str, Any]:
        application, service = self.applications.known[name], self.catalog.service(name)
        return {
            "name": ".".join(name),
            "publisher": application.publisher,
            "pool": service.pool,
            "comment": service.comment,
            "state": self.catalog.state(service),
            "port": application.port,
            "instances": [
                {
                    "number": number,
                    "address": f"{host}:{application.port}",
                    "listening": self.servers.listens(host, application.port),
                }
                for number, host in service.hosts.items()
            ],
        }

    async def _series(self, request: web.Request) -> web.Response:
        name, number = self._name(request), int(request.match_info["number"])
        families = self.servers.families(name, self.applications.known[name], number)
        samples = [sample for family in families for sample in family.samples]
        return web.json_response([{"__name__": sample.name} | dict(sample.labels) for sample in samples])

    async def _add(self, request: web.Request) -> web.Response:
        body = await request.json()
        name = tuple(str(body["name"]).upper().split("."))
        self.applications.add(
            name,
            str(body["publisher"]),
            port=int(body.get("port", 8000)),
            instances=int(body.get("instances", 1)),
            pool=str(body.get("pool", "")),
        )
        return web.json_response(self._describe(name), status=201)

    async def _change(self, request: web.Request) -> web.Response:
        name, body = self._name(request), await request.json()
        unknown = set(body) - set(_CHANGES)
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))} cannot be changed: give {', '.join(_CHANGES)}")
        service = self.catalog.service(name)
        if "comment" in body:
            service.comment = str(body["comment"])
        if body.get("opted_in"):
            self.applications.opt_in(name)
        if "granted" in body:
            self.applications.grant(name, given=bool(body["granted"]))
        if "connected" in body:
            self.applications.connect(name, given=bool(body["connected"]))
        if "suspended" in body:
            service.suspended, service.changed = bool(body["suspended"]), self.catalog.clock()
        if "instances" in body:
            self.applications.scale(name, int(body["instances"]))
        if body.get("redeploy"):
            self.applications.redeploy(name)
        if "name" in body:
            self.applications.rename(name, tuple(str(body["name"]).upper().split(".")))
        return web.Response(status=204)

    async def _remove(self, request: web.Request) -> web.Response:
        self.applications.remove(self._name(request))
        return web.Response(status=204)

    def _name(self, request: web.Request) -> Name:
        name = tuple(request.match_info["name"].upper().split("."))
        if name not in self.applications.known:
            known = ", ".join(".".join(one) for one in self.applications.known) or "none"
            raise LookupError(f"the application {'.'.join(name)} is unknown: the applications are {known}")
        return name
