"""The protocol of Snowflake's drivers, as far as a Snowpark session speaks it: login, statements, tokens.

Sources: the requests of snowflake-connector-python, and its recorded exchanges in test/data/wiremock/mappings
"""

import gzip
import json
import re
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from simulator.catalog import Catalog
from simulator.credentials import Credentials
from simulator.errors import Refusal, SqlError
from simulator.faults import ODD_MESSAGE
from simulator.privileges import ROLE
from simulator.sql import Session, Table, execute

# How the driver calls the ways to log in, and how the SQL REST API does.
_WAYS = {"OAUTH": "OAUTH", "PROGRAMMATIC_ACCESS_TOKEN": "PROGRAMMATIC_ACCESS_TOKEN", "SNOWFLAKE_JWT": "KEYPAIR_JWT"}
_SECONDS = 3600
# The account's history of statements does not show what a secret holds.
_SECRET = re.compile(r"(SECRET_STRING\s*=\s*)'[^']*'", re.IGNORECASE)


@dataclass(kw_only=True)
class Driver:
    """Serves sessions; keeps the text of every statement that it was sent."""

    catalog: Catalog
    credentials: Credentials
    statements: list[str] = field(default_factory=list)
    _sessions: dict[str, Session] = field(default_factory=dict)
    _masters: dict[str, Session] = field(default_factory=dict)
    # Tokens that were issued for the image registry.
    registry_tokens: set[str] = field(default_factory=set)

    def application(self) -> web.Application:
        """Return the HTTP application."""
        app = web.Application()
        app.add_routes(
            [
                web.post("/session/v1/login-request", self._log_in),
                web.post("/queries/v1/query-request", self._query),
                web.post("/session/token-request", self._issue),
                web.post("/session", _agree),
                web.post("/session/heartbeat", _agree),
                web.post("/telemetry/send", _agree),
                web.post("/queries/v1/abort-request", _agree),
            ]
        )
        return app

    async def _log_in(self, request: web.Request) -> web.Response:
        data = (await _body(request))["data"]
        way = _WAYS.get(data.get("AUTHENTICATOR", ""), "")
        if self.catalog.faults.driver == "expired-token":
            return _refuse(Refusal.EXPIRED_TOKEN)
        user = self.credentials.identify(way, data.get("TOKEN", ""))
        if user is None:
            return _refuse(Refusal.INVALID_TOKEN)
        role = request.query.get("roleName", ROLE).upper()
        if role not in self.catalog.privileges.roles:
            return _refuse(Refusal.UNKNOWN_ROLE, role)
        token, master = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        asked = data.get("SESSION_PARAMETERS") or {}
        session = Session(user=user, role=role, **({"zone": asked["TIMEZONE"]} if "TIMEZONE" in asked else {}))
        self._sessions[token] = self._masters[master] = session
        answer = {
            "token": token,
            "masterToken": master,
            "validityInSeconds": _SECONDS,
            "masterValidityInSeconds": _SECONDS,
            "sessionId": 1,
            "parameters": _parameters(session),
            "sessionInfo": {"databaseName": None, "schemaName": None, "warehouseName": None, "roleName": role},
        }
        return web.json_response({"data": answer, "success": True, "code": None, "message": None})

    async def _query(self, request: web.Request) -> web.Response:
        session = self._sessions.get(_bearer(request))
        if session is None:
            return _refuse(Refusal.INVALID_SESSION)
        text = str((await _body(request))["sqlText"])
        if text.lower().startswith("select system$cancel_all_queries"):
            return _answer(Table(columns=("STATUS",), rows=[["0"]]), session)
        self.statements.append(_SECRET.sub(r"\1'***'", text))
        faults = self.catalog.faults
        try:
            table = execute(self.catalog, session, text)
        except SqlError as error:
            data = {"errorCode": error.code, "sqlState": error.state, "queryId": str(uuid.uuid4())}
            said = f"{error} {ODD_MESSAGE}" if faults.driver == "odd-message" else str(error)
            return web.json_response({"data": data, "code": error.code, "message": said, "success": False})
        if faults.driver == "cut" and faults.cut_after <= 0 and request.transport:
            request.transport.abort()
        faults.cut_after -= 1
        return _answer(table, session)

    async def _issue(self, request: web.Request) -> web.Response:
        """Answer with another token of the session, which the client goes on with."""
        master = _bearer(request)
        if master not in self._masters:
            return _refuse(Refusal.EXPIRED_SESSION)
        token = secrets.token_urlsafe(32)
        self._sessions[token] = self._masters[master]
        self.registry_tokens.add(token)
        data: dict[str, object] = {"sessionToken": token, "masterToken": master}
        data |= {"validityInSecondsST": _SECONDS, "validityInSecondsMT": _SECONDS}
        return web.json_response({"data": data, "success": True, "code": None, "message": None})


async def _body(request: web.Request) -> dict[str, Any]:
    raw = await request.read()
    body: dict[str, Any] = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    return body


def _bearer(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix('Snowflake Token="').removesuffix('"')


async def _agree(_: web.Request) -> web.Response:
    return web.json_response({"success": True, "data": None, "code": None, "message": None})


def _refuse(refusal: Refusal, name: str = "") -> web.Response:
    data = {"nextAction": "RETRY_LOGIN", "authnMethod": "OAUTH"}
    answer = {"data": data, "code": refusal.code, "message": refusal.message.format(name), "success": False}
    return web.json_response(answer)


def _parameters(session: Session) -> list[dict[str, str]]:
    return [{"name": "TIMEZONE", "value": session.zone}]


def _answer(table: Table, session: Session) -> web.Response:
    kind = {
        "type": "text",
        "nullable": True,
        "length": 16777216,
        "byteLength": 16777216,
        "precision": None,
        "scale": None,
    }
    instant = {**kind, "type": "timestamp_ltz", "scale": 9}
    data = {
        "rowtype": [
            {"name": name, **(instant if name in table.instants else kind), "database": "", "schema": "", "table": ""}
            for name in table.columns
        ],
        "rowset": table.rows,
        "total": len(table.rows),
        "returned": len(table.rows),
        "queryId": str(uuid.uuid4()),
        "queryResultFormat": "json",
        "statementTypeId": 4096,
        "parameters": _parameters(session),
    }
    return web.json_response({"data": data, "success": True, "code": None, "message": None})
