"""The account's SQL REST API, as far as the collector uses it.

Source: https://docs.snowflake.com/en/developer-guide/sql-api/reference
"""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from simulator.faults import SLOW_SECONDS, Faults
from simulator.fleet import Fleet, Pool

# The columns of SHOW COMPUTE POOLS, in the documented order.
# Source: https://docs.snowflake.com/en/sql-reference/sql/show-compute-pools
COLUMNS: dict[str, Callable[[Pool], str | None]] = {
    "name": lambda pool: pool.name,
    "state": lambda pool: pool.state,
    "min_nodes": lambda _: "1",
    "max_nodes": lambda pool: str(max(1, len(pool.nodes))),
    "instance_family": lambda pool: pool.family.name,
    "num_services": lambda pool: str(len({i.service for node in pool.nodes.values() for i in node.instances})),
    "num_jobs": lambda _: "0",
    "auto_suspend_secs": lambda _: "3600",
    "auto_resume": lambda _: "true",
    "active_nodes": lambda pool: str(sum(bool(node.instances) for node in pool.nodes.values())),
    "idle_nodes": lambda pool: str(sum(not node.instances for node in pool.nodes.values())),
    "target_nodes": lambda pool: str(len(pool.nodes)),
    "placement_group": lambda _: None,
    "created_on": lambda _: "1790000000.000000000 000",
    "resumed_on": lambda _: "1790000000.000000000 000",
    "updated_on": lambda _: "1790000000.000000000 000",
    "owner": lambda _: "POOL_ADMIN",
    "comment": lambda _: "",
    "is_exclusive": lambda _: "false",
    "application": lambda _: None,
    "budget": lambda _: None,
    "error_code": lambda _: "",
    "status_message": lambda _: "",
}


# More than the collector reads of one answer.
HUGE_BYTES = 20 << 20


@dataclass
class Account:
    """Serves statements about a fleet to whoever has the token; counts them."""

    fleet: Fleet
    faults: Faults
    token: str
    statements: int = 0
    requests: int = 0

    def application(self) -> web.Application:
        """Return the HTTP application."""
        app = web.Application()
        app.router.add_post("/api/v2/statements", self._execute)
        app.router.add_get("/api/v2/statements/{handle}", self._poll)
        return app

    async def _execute(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        broken = await self._break(request)
        if broken is not None:
            return broken
        if "User-Agent" not in request.headers:
            return _refusal(400, "390142", "08001", "The request has no User-Agent header.")
        if not self._authorized(request):
            return _refusal(401, "390303", "08001", "Invalid OAuth access token.")
        statement = str((await request.json()).get("statement", ""))
        self.statements += 1
        if statement.strip().rstrip(";").upper() == "SHOW COMPUTE POOLS":
            return self._result()
        return _refusal(422, "001003", "42000", f"The simulated account does not know the statement: {statement}")

    async def _break(self, request: web.Request) -> web.StreamResponse | None:
        """Return the answer of a broken account, or None when this request is served."""
        fault = self.faults.account
        if fault == "down" and request.transport:
            request.transport.abort()
        if fault == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if fault == "huge":
            return web.Response(body=b" " * HUGE_BYTES, content_type="application/json")
        if fault == "flaky" and self.requests % 2:
            return _refusal(503, "390506", "08001", "The service is unavailable.")
        answer = _BROKEN.get(fault or "")
        return answer() if answer else None

    async def _poll(self, request: web.Request) -> web.StreamResponse:
        if not self._authorized(request):
            return _refusal(401, "390303", "08001", "Invalid OAuth access token.")
        if self.faults.account == "pending":
            return _pending(request.match_info["handle"])
        return self._result()

    def _authorized(self, request: web.Request) -> bool:
        return (
            self.faults.account != "unauthorized"
            and request.headers.get("Authorization") == f"Bearer {self.token}"
            and request.headers.get("X-Snowflake-Authorization-Token-Type") == "OAUTH"
        )

    def _result(self) -> web.Response:
        rows = [[cell(pool) for cell in COLUMNS.values()] for pool in self.fleet.pools.values()]
        handle = str(uuid.uuid4())
        return web.json_response(
            {
                "code": "090001",
                "sqlState": "00000",
                "message": "Statement executed successfully.",
                "statementHandle": handle,
                "statementStatusUrl": f"/api/v2/statements/{handle}",
                "createdOn": int(datetime.now(UTC).timestamp() * 1000),
                "resultSetMetaData": {
                    "numRows": len(rows),
                    "format": "jsonv2",
                    "rowType": [{"name": name, "type": "text", "nullable": True} for name in COLUMNS],
                    "partitionInfo": [{"rowCount": len(rows), "uncompressedSize": 0}],
                },
                "data": rows,
            }
        )


def _refusal(status: int, code: str, state: str, message: str) -> web.Response:
    return web.json_response({"code": code, "sqlState": state, "message": message}, status=status)


def _pending(handle: str) -> web.Response:
    url = f"/api/v2/statements/{handle}"
    return web.json_response(
        {"code": "333334", "message": "In progress", "statementHandle": handle, "statementStatusUrl": url}, status=202
    )


# What a broken account answers to everything.
_BROKEN: dict[str, Callable[[], web.Response]] = {
    "empty": lambda: web.Response(status=200),
    "expired": lambda: _refusal(401, "390318", "08001", "OAuth access token expired."),
    "forbidden": lambda: _refusal(403, "390422", "08001", "The address is not allowed by a network policy."),
    "html": lambda: web.Response(status=502, text="<html>Bad gateway</html>", content_type="text/html"),
    "malformed": lambda: web.Response(text='{"data": [[', content_type="application/json"),
    "pending": lambda: _pending(str(uuid.uuid4())),
    "rate-limited": lambda: _refusal(429, "390505", "08001", "Too many requests."),
    "server-error": lambda: _refusal(500, "390100", "08001", "Internal error."),
}
