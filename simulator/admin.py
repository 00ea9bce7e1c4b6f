"""The admin API: look at the simulated account, change it and break it while it runs.

GET    /state                      pools, nodes, containers, and as unknown_names what DNS was asked outside its zones
GET    /nodes/{address}/series     the label sets that a node publishes now, with __name__
POST   /pools                      {"name", "family", "nodes"}
DELETE /pools/{pool}
PATCH  /pools/{pool}               {"state"}, {"auto_resume"}, {"privilege"}, {"labels"} or {"name"}
POST   /pools/{pool}/nodes
DELETE /pools/{pool}/nodes/{address}
DELETE /services/{service}
POST   /token                      replaces the session token, in its file and for the account
PUT    /faults/account             {"fault": one of ACCOUNT_FAULTS, or null}
PUT    /faults/dns                 {"milliseconds": that DNS waits before each answer}
PUT    /faults/pools/{pool}        {"fault": one of POOL_FAULTS, or null}
PUT    /faults/services           {"fault": one of SERVICE_FAULTS, or null}
PUT    /faults/driver              {"fault": one of DRIVER_FAULTS, or null, "after": statements before it}
PUT    /faults/nodes/{address}     {"fault": one of NODE_FAULTS, or null}
PUT    /nodes/{address}/extra      text to publish beside the node's own metrics, see Faults.extras; empty: none

What is deployed, and what can be, is CatalogAdmin's; applications are ApplicationAdmin's.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from simulator.account import Account
from simulator.application_admin import ApplicationAdmin
from simulator.catalog_admin import CatalogAdmin
from simulator.driver import Driver
from simulator.exporters import Exporters
from simulator.exposition import SPELLINGS, samples
from simulator.faults import ACCOUNT_FAULTS, DRIVER_FAULTS, NODE_FAULTS, POOL_FAULTS, SERVICE_FAULTS, Faults
from simulator.fleet import Fleet, Node, Pool

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Milliseconds that DNS may be made to wait.
MAX_DELAY = 10_000
PRIVILEGES = ("OWNERSHIP", "MONITOR", "OPERATE", "USAGE", "NONE")
STATES = ("IDLE", "ACTIVE", "STARTING", "STOPPING", "SUSPENDED", "RESIZING")


@dataclass(kw_only=True)
class Admin:
    """Serves the admin API of one simulation."""

    fleet: Fleet
    faults: Faults
    account: Account
    exporters: Exporters
    driver: Driver
    applications: ApplicationAdmin
    unknown_names: set[str]

    def application(self) -> web.Application:
        """Return the HTTP application; bad requests are answered with one sentence and change nothing."""
        app = web.Application(middlewares=[_explain])
        app.add_routes(
            [
                web.get("/state", self._state),
                web.get("/nodes/{node}/series", self._series),
                web.put("/nodes/{node}/extra", self._publish_extra),
                web.post("/pools", self._add_pool),
                web.delete("/pools/{pool}", self._remove_pool),
                web.patch("/pools/{pool}", self._change_pool),
                web.post("/pools/{pool}/nodes", self._add_node),
                web.delete("/pools/{pool}/nodes/{node}", self._remove_node),
                web.delete("/services/{service}", self._remove_service),
                web.post("/token", self._rotate_token),
                web.put("/faults/account", self._break_account),
                web.put("/faults/dns", self._delay_dns),
                web.put("/faults/pools/{pool}", self._break_pool),
                web.put("/faults/nodes/{node}", self._break_node),
                web.put("/faults/services", self._break_services),
                web.put("/faults/driver", self._break_driver),
                *CatalogAdmin(driver=self.driver).routes(),
                *self.applications.routes(),
            ]
        )
        return app

    async def _state(self, _: web.Request) -> web.Response:
        pools = [
            {
                "name": pool.name,
                "state": pool.state,
                "family": pool.family.name,
                "nodes": [self._describe(node) for node in pool.nodes.values()],
            }
            for pool in self.fleet.pools.values()
        ]
        unknown = sorted(self.unknown_names)
        return web.json_response({"statements": self.account.statements, "unknown_names": unknown, "pools": pools})

    def _describe(self, node: Node) -> dict[str, Any]:
        return {
            "id": node.id,
            "address": node.address,
            "fault": self.faults.nodes.get(node.address),
            "containers": [
                {
                    "schema": i.schema,
                    "service": i.service,
                    "instance": str(i.number),
                    "container": c.name,
                    "behaviour": c.behaviour.value,
                }
                for i in node.instances
                for c in i.containers
            ],
        }

    async def _series(self, request: web.Request) -> web.Response:
        node = self._find_node(request)
        pool = next(pool for pool, member in self.fleet.nodes() if member is node)
        published = samples(pool, node, self.exporters.age())
        return web.json_response([{"__name__": name} | labels for name, labels, _ in published])

    async def _publish_extra(self, request: web.Request) -> web.Response:
        _put(self.faults.extras, self._find_node(request).address, await request.text() or None)
        return web.Response(status=204)

    async def _add_pool(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        pool = self.fleet.add_pool(wanted["name"], wanted.get("family", "CPU_X64_S"), int(wanted.get("nodes", 1)))
        await self.exporters.sync()
        return web.json_response({"name": pool.name, "nodes": list(pool.nodes)}, status=201)

    async def _remove_pool(self, request: web.Request) -> web.Response:
        del self.fleet.pools[self._pool(request).name]
        await self.exporters.sync()
        return web.Response(status=204)

    async def _change_pool(self, request: web.Request) -> web.Response:
        pool, body = self._pool(request), await request.json()
        unknown = set(body) - {"state", "auto_resume", "privilege", "labels", "name"}
        if unknown:
            raise ValueError(
                f"{', '.join(sorted(unknown))} cannot be changed: give state, auto_resume, privilege, labels or name"
            )
        state = _one_of(STATES, body.get("state", pool.state))
        privilege = _one_of(PRIVILEGES, body.get("privilege", pool.privilege or "NONE"))
        labels = _one_of(tuple(SPELLINGS), body.get("labels", pool.labels))
        if "name" in body:
            self.fleet.rename_pool(pool, str(body["name"]))
        pool.state, pool.privilege, pool.labels = state, privilege.replace("NONE", ""), labels
        pool.auto_resume = bool(body.get("auto_resume", pool.auto_resume))
        return web.Response(status=204)

    async def _rotate_token(self, _: web.Request) -> web.Response:
        self.account.credentials.rotate()
        return web.Response(status=204)

    async def _add_node(self, request: web.Request) -> web.Response:
        node = self.fleet.add_node(self._pool(request))
        await self.exporters.sync()
        return web.json_response({"id": node.id, "address": node.address}, status=201)

    async def _remove_node(self, request: web.Request) -> web.Response:
        pool, node = self._pool(request), self._find_node(request)
        del pool.nodes[node.address]
        await self.exporters.sync()
        return web.Response(status=204)

    async def _remove_service(self, request: web.Request) -> web.Response:
        service = request.match_info["service"]
        if not self.fleet.remove_service(service):
            raise LookupError(f"the service {service} is unknown: GET /state lists them")
        return web.Response(status=204)

    async def _break_account(self, request: web.Request) -> web.Response:
        self.faults.account = await _read_fault(request, ACCOUNT_FAULTS)
        return web.Response(status=204)

    async def _delay_dns(self, request: web.Request) -> web.Response:
        milliseconds = (await request.json())["milliseconds"]
        if not 0 <= float(milliseconds) <= MAX_DELAY:
            raise ValueError(f"milliseconds is {milliseconds!r}: give 0 to {MAX_DELAY}")
        self.faults.dns_seconds = float(milliseconds) / 1000
        return web.Response(status=204)

    async def _break_pool(self, request: web.Request) -> web.Response:
        _put(self.faults.pools, self._pool(request).name, await _read_fault(request, POOL_FAULTS))
        return web.Response(status=204)

    async def _break_node(self, request: web.Request) -> web.Response:
        _put(self.faults.nodes, self._find_node(request).address, await _read_fault(request, NODE_FAULTS))
        await self.exporters.sync()
        return web.Response(status=204)

    async def _break_services(self, request: web.Request) -> web.Response:
        self.faults.service = await _read_fault(request, SERVICE_FAULTS)
        return web.Response(status=204)

    async def _break_driver(self, request: web.Request) -> web.Response:
        self.faults.driver = await _read_fault(request, DRIVER_FAULTS)
        self.faults.cut_after = int((await request.json()).get("after", 0))
        return web.Response(status=204)

    def _pool(self, request: web.Request) -> Pool:
        name = request.match_info["pool"]
        if name not in self.fleet.pools:
            raise LookupError(f"the pool {name} is unknown: the pools are {', '.join(self.fleet.pools) or 'none'}")
        return self.fleet.pools[name]

    def _find_node(self, request: web.Request) -> Node:
        address = request.match_info["node"]
        for _, node in self.fleet.nodes():
            if node.address == address:
                return node
        raise LookupError(f"the node {address} is unknown: GET /state lists them")


async def _read_fault(request: web.Request, known: tuple[str, ...]) -> str | None:
    fault = (await request.json())["fault"]
    return None if fault is None else _one_of(known, fault)


def _one_of(known: tuple[str, ...], value: object) -> str:
    if value not in known:
        raise ValueError(f"{value!r} is not one of {', '.join(known)}")
    return str(value)


def _put(faults: dict[str, str], key: str, fault: str | None) -> None:
    if fault is None:
        faults.pop(key, None)
    else:
        faults[key] = fault


@web.middleware
async def _explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except LookupError as error:
        return web.json_response({"error": f"not found: {error}"}, status=404)
    except (ValueError, TypeError) as error:
        return web.json_response({"error": str(error)}, status=400)
