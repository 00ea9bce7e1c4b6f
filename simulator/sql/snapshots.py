"""Snapshots of block volumes: taken, listed, dropped, and those that the account makes of a volume that goes.

Sources: https://docs.snowflake.com/en/sql-reference/sql/create-snapshot, the pages beside it, and for the account's own
https://docs.snowflake.com/en/developer-guide/snowpark-container-services/block-storage-volume
"""

import time
from datetime import UTC, datetime

from simulator.catalog import Name, Service
from simulator.errors import SqlError, SqlErrorKind, missing
from simulator.sql.objects import check_schema, visible_service
from simulator.sql.request import Request, Table, done, resolve
from simulator.sql.rules import require_plain

OF_DELETED = "SYS_BACKUP_ON_DELETE"
_COLUMNS = ("name", "state", "database_name", "schema_name", "service_name", "volume_name", "instance", "created_on")


def _keep(request: Request, snapshot: Name, name: Name, service: Service) -> None:
    request.catalog.snapshots[snapshot] = service.data
    request.catalog.origins[snapshot] = (".".join(name), time.time())
    request.own(kind="SNAPSHOT", name=".".join(snapshot))


def keep_on_delete(request: Request, name: Name, service: Service) -> None:
    """Keep what a volume holds that is about to go."""
    if service.volumes:
        stamp = f"{datetime.now(UTC):%Y%m%d%H%M%S%f}"
        _keep(request, (*name[:2], f"{OF_DELETED}_{name[2]}_{stamp}"), name, service)


def _create(request: Request) -> Table:
    require_plain(request.part("service"), "a service")
    name, service_name = resolve(request.part("name")), resolve(request.part("service"))
    check_schema(request, name)
    service = visible_service(request, service_name)
    request.require("CREATE SNAPSHOT", kind="SCHEMA", name=".".join(name[:2]))
    request.require("OPERATE", kind="SERVICE", name=".".join(service_name))
    if request.part("volume").strip('"') not in {volume["name"] for volume in service.volumes}:
        raise SqlError(SqlErrorKind.VOLUME_MISSING, f"Service has no block volume {request.part('volume')}.")
    if name in request.catalog.snapshots and request.parts["exists"]:
        return done(f"{name[2]} already exists, statement succeeded.")
    if name in request.catalog.snapshots:
        message = f"SQL compilation error:\nObject '{'.'.join(name)}' already exists."
        raise SqlError(SqlErrorKind.ALREADY_EXISTS, message)
    _keep(request, name, service_name, service)
    return done(f"Snapshot {name[2]} successfully created.")


def _show(request: Request) -> Table:
    schema = resolve(request.part("schema"))
    check_schema(request, (*schema, ""))
    visible = [
        name
        for name in request.catalog.snapshots
        if name[:2] == schema and request.sees(kind="SNAPSHOT", name=".".join(name))
    ]
    unknown = ("", 0.0)
    rows: list[list[str | None]] = []
    for name in visible:
        of, made = request.catalog.origins.get(name, unknown)
        rows.append([name[2], "CREATED", *schema, of or None, "data", "0", f"{made:.9f}"])
    return Table(columns=_COLUMNS, rows=rows, instants=frozenset({"created_on"}))


def _drop(request: Request) -> Table:
    name = resolve(request.part("name"))
    if name not in request.catalog.snapshots or not request.sees(kind="SNAPSHOT", name=".".join(name)):
        raise missing("Snapshot", *name)
    request.require("OWNERSHIP", kind="SNAPSHOT", name=".".join(name))
    del request.catalog.snapshots[name]
    request.catalog.privileges.forget(kind="SNAPSHOT", name=".".join(name))
    return done(f"{name[2]} successfully dropped.")


STATEMENTS = {
    "CREATE SNAPSHOT[ <UNLESS:exists>] <NAME:name> FROM SERVICE <NAME:service> VOLUME <ID:volume> INSTANCE 0": _create,
    "SHOW SNAPSHOTS IN SCHEMA <NAME:schema>": _show,
    "DROP SNAPSHOT <NAME:name>": _drop,
}
