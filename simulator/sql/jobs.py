"""Job services: they run until their containers end.

Source: https://docs.snowflake.com/en/sql-reference/sql/execute-job-service. Its usage notes and its examples have the
specification last, unlike its syntax.
"""

import re
from typing import Any

from simulator.errors import SqlError, SqlErrorKind
from simulator.fleet import Pool
from simulator.sql.pools import sees_pool
from simulator.sql.request import Request, Table, done
from simulator.sql.services import judge, start


def _execute(request: Request) -> Table:
    name = judge(request)
    if name in request.catalog.services:
        message = f"SQL compilation error:\nObject '{'.'.join(name)}' already exists."
        raise SqlError(SqlErrorKind.ALREADY_EXISTS, message)
    service = start(request, name)
    service.job = True
    if any(container.get("command") == ["/spcs-doctor"] for container in service.containers):
        service.printed, service.exit_code = _examine(request, _wanted(service.containers))
    return done(f"Started job service {name[2]}.")


def _wanted(containers: list[dict[str, Any]]) -> list[str]:
    """Return the pools that the doctor's --pools names."""
    words = [str(word) for container in containers for word in container.get("args", [])]
    listed = ",".join(word.removeprefix("--pools=") for word in words if word.startswith("--pools="))
    return [name for name in re.split("[, ]", listed) if name]


def _examine(request: Request, wanted: list[str]) -> tuple[str, int]:
    """Return what the collector's doctor prints in the account, and its exit code; wanted pools must be listed."""
    pools = [pool for pool in request.catalog.fleet.pools.values() if sees_pool(request, pool)]
    lines = [f"Account simulated, user SERVICE_USER, role {request.session.role}", ""]
    lines += [
        f"{pool.name}  {pool.state}  {len(pool.nodes)} nodes  {'ok' if _is_read(request, pool) else 'broken'}"
        for pool in pools
    ]
    listed = {pool.name.upper() for pool in pools}
    unlisted = [name for name in wanted if name.upper() not in listed]
    lines += [f"{name}  broken  the account does not list it" for name in unlisted]
    healthy = pools and not unlisted and all(_is_read(request, pool) for pool in pools)
    return "\n".join(lines), 0 if healthy else 1


def _is_read(request: Request, pool: Pool) -> bool:
    return request.has("MONITOR", kind="COMPUTE POOL", name=pool.name)


STATEMENTS = {
    "EXECUTE JOB SERVICE IN COMPUTE POOL <ID:pool> NAME = <NAME:name> ASYNC = TRUE[ COMMENT = <TEXT:comment>]"
    " FROM SPECIFICATION <SPEC:specification>": _execute,
}
