"""The account's SQL REST API, as far as the collector uses it.

Source: https://docs.snowflake.com/en/developer-guide/sql-api/reference
"""

import asyncio
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from aiohttp import web

from simulator.catalog import Catalog
from simulator.credentials import Credentials
from simulator.errors import Refusal, SqlError
from simulator.faults import SLOW_SECONDS, Faults
from simulator.privileges import ROLE, USER
from simulator.sql import Session, Table, execute

# More than the collector reads of one answer.
HUGE_BYTES = 20 << 20
# What a Retry-After date asks for.
RETRY_SECONDS = 5.0
# Answers that wait to be fetched; older ones are forgotten.
KEPT_ANSWERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The rows of one statement; size of them are in each partition."""

    table: Table
    size: int
    fault: str | None = None

    def respond(self, handle: str, partition: int = 0) -> web.Response:
        """Return one partition; the first says how many there are."""
        rows, columns = self.table.rows, self.table.columns
        parts = [rows[at : at + self.size] for at in range(0, len(rows), self.size)] or [[]]
        answer: dict[str, object] = {"data": self._cells(parts[partition])}
        if partition == 0:
            answer |= {
                "code": "090001",
                "sqlState": "00000",
                "message": "Statement executed successfully.",
                "statementHandle": handle,
                "statementStatusUrl": f"/api/v2/statements/{handle}",
                "createdOn": int(datetime.now(UTC).timestamp() * 1000),
                "resultSetMetaData": {
                    "numRows": len(rows) + (self.fault == "lost-rows"),
                    "format": "jsonv2",
                    "rowType": [{"name": name, "type": "text", "nullable": True} for name in columns],
                    "partitionInfo": [{"rowCount": len(part), "uncompressedSize": 0} for part in parts],
                },
            }
        elif self.fault == "lost-partition":
            answer = {"code": "391918", "message": "Session no longer exists"}
        response = web.json_response(answer)
        response.enable_compression()
        return response

    def _cells(self, rows: Sequence[Sequence[object]]) -> list[list[object]]:
        """Return the rows, with JSON in place of its text where cells are odd."""
        return [[_parse(cell) if self.fault == "odd-cells" else cell for cell in row] for row in rows]


def _parse(cell: object) -> object:
    try:
        return json.loads(str(cell))
    except ValueError:
        return cell


@dataclass(kw_only=True)
class Account:
    """Serves statements to whoever proves to be its user; counts them."""

    catalog: Catalog
    credentials: Credentials
    statements: int = 0
    requests: int = 0
    # Answers that are fetched by later requests.
    _kept: dict[str, Answer] = field(default_factory=dict)

    @property
    def faults(self) -> Faults:
        """Return what is broken at the moment."""
        return self.catalog.faults

    def application(self) -> web.Application:
        """Return the HTTP application."""
        app = web.Application()
        app.router.add_post("/api/v2/statements", self._execute)
        app.router.add_get("/api/v2/statements/{handle}", self._poll)
        return app

    async def _execute(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        broken = await self._break(request) or self._check(request)
        if broken is not None:
            return broken
        statement = str((await request.json()).get("statement", ""))
        self.statements += 1
        try:
            table = execute(self.catalog, Session(user=USER, role=ROLE), statement)
        except SqlError as error:
            refusal = {"code": error.code, "sqlState": error.state, "message": str(error)}
            return web.json_response(refusal, status=422)
        handle = str(uuid.uuid4())
        fault = self.faults.account
        parted = fault in {"lost-partition", "partitioned"}
        answer = Answer(table=table, size=1 if parted else max(1, len(table.rows)), fault=fault)
        if parted or fault == "accepted":
            self._keep(handle, answer)
        if self.faults.account == "accepted":
            return _pending(handle)
        return answer.respond(handle)

    def _keep(self, handle: str, answer: Answer) -> None:
        self._kept[handle] = answer
        if len(self._kept) > KEPT_ANSWERS:
            del self._kept[next(iter(self._kept))]

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
            return _refuse(Refusal.UNAVAILABLE)
        answer = _BROKEN.get(fault or "")
        return answer() if answer else None

    def _check(self, request: web.Request) -> web.Response | None:
        """Return the refusal of a request that does not prove who sends it, or None."""
        if "User-Agent" not in request.headers:
            return _refuse(Refusal.NO_USER_AGENT)
        kind = request.headers.get("X-Snowflake-Authorization-Token-Type", "")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.faults.account == "unauthorized" or not self.credentials.accept(kind, token):
            return _refuse(Refusal.INVALID_TOKEN)
        return None

    async def _poll(self, request: web.Request) -> web.StreamResponse:
        handle = request.match_info["handle"]
        refused = self._check(request)
        if refused is not None:
            return refused
        if self.faults.account == "pending":
            return _pending(handle)
        if handle not in self._kept:
            return _refuse(Refusal.STATEMENT_MISSING)
        return self._kept[handle].respond(handle, int(request.query.get("partition", "0")))


def _refuse(refusal: Refusal) -> web.Response:
    answer = {"code": refusal.code, "sqlState": refusal.state, "message": refusal.message}
    return web.json_response(answer, status=refusal.status)


def _refuse_until(seconds: float) -> web.Response:
    refused = _refuse(Refusal.RATE_LIMITED)
    refused.headers["Retry-After"] = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    return refused


def _pending(handle: str) -> web.Response:
    url = f"/api/v2/statements/{handle}"
    return web.json_response(
        {"code": "333334", "message": "In progress", "statementHandle": handle, "statementStatusUrl": url}, status=202
    )


# What a broken account answers to everything.
_BROKEN: dict[str, Callable[[], web.Response]] = {
    "empty": lambda: web.Response(status=200),
    "expired": lambda: _refuse(Refusal.EXPIRED_TOKEN),
    "forbidden": lambda: _refuse(Refusal.NETWORK_POLICY),
    "html": lambda: web.Response(status=502, text="<html>Bad gateway</html>", content_type="text/html"),
    "malformed": lambda: web.Response(text='{"data": [[', content_type="application/json"),
    "no-result": lambda: web.json_response({}),
    "pending": lambda: _pending(str(uuid.uuid4())),
    "rate-limited": lambda: _refuse(Refusal.RATE_LIMITED),
    "redirect": lambda: web.Response(status=307, headers={"Location": "http://elsewhere.invalid/login"}),
    "retry-date": lambda: _refuse_until(RETRY_SECONDS),
    "session-gone": lambda: web.json_response({"code": "391918", "message": "Session no longer exists"}),
    "server-error": lambda: _refuse(Refusal.SERVER_ERROR),
}
