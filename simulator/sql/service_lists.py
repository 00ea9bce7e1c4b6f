"""Lists of services, of their endpoints and of their instances.

Source: https://docs.snowflake.com/en/sql-reference/sql/show-services and the pages beside it. What another service
reaches is on https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services.
"""

import hashlib
import json
from collections.abc import Iterator

from simulator.catalog import Catalog, Name, Service
from simulator.errors import missing
from simulator.sql.objects import check_schema, visible_service
from simulator.sql.pools import is_like
from simulator.sql.request import Request, Table, resolve
from simulator.sql.rules import require_plain

_PROVISIONING = "Endpoints provisioning in progress... check back in a few minutes"
_CREATED = "2026-01-01 00:00:00.000 -0800"
# SHOW gives no more rows.
_MOST_ROWS = 10_000


def describe(catalog: Catalog, name: Name, service: Service) -> dict[str, str | None]:
    """Return the columns of one service, in the documented order."""
    state = catalog.state(service)
    running = "0" if service.suspended else str(len(service.hosts))
    return {
        "name": name[2],
        "status": {"READY": "RUNNING"}.get(state, state),
        "database_name": name[0],
        "schema_name": name[1],
        "owner": service.owner,
        "compute_pool": service.pool,
        "dns_name": catalog.dns_name(name),
        "current_instances": running,
        "target_instances": running,
        "min_ready_instances": "1",
        "min_instances": "1",
        "max_instances": str(max(1, len(service.hosts))),
        "auto_resume": str(service.auto_resume).lower(),
        "external_access_integrations": service.integrations or None,
        "created_on": _CREATED,
        "updated_on": _CREATED,
        "resumed_on": None,
        "suspended_on": _CREATED if service.suspended else None,
        "auto_suspend_secs": "0",
        "comment": service.comment,
        "owner_role_type": "ROLE",
        "query_warehouse": None,
        "is_job": str(service.job).lower(),
        "is_async_job": str(service.job).lower(),
        "spec_digest": _digest(service),
        "is_upgrading": str(service.changed > service.created and state == "PENDING").lower(),
        "managing_object_domain": None,
        "managing_object_name": None,
    }


def _digest(service: Service) -> str:
    return hashlib.sha256(json.dumps(service.specification).encode()).hexdigest()


_SAMPLE = Service(pool="", specification={"spec": {"containers": []}}, digests={}, owner="", created=0, changed=0)


def _table(request: Request, found: Iterator[tuple[Name, Service]]) -> Table:
    """Return the rows of those that are asked for and that the role sees."""
    jobs = not request.parts.get("jobs")
    pattern = (request.parts.get("like") or "").strip("'").upper()
    rows = [
        list(describe(request.catalog, name, service).values())
        for name, service in found
        if (jobs or not service.job) and (not pattern or is_like(name[2], pattern)) and _sees(request, name)
    ]
    return Table(columns=tuple(describe(request.catalog, ("", "", ""), _SAMPLE)), rows=rows[:_MOST_ROWS])


def _sees(request: Request, name: Name) -> bool:
    """Return whether the role has any privilege on a service, and one on its database and on its schema."""
    kinds = ("DATABASE", "SCHEMA", "SERVICE")
    return all(request.sees(kind=kind, name=".".join(name[: at + 1])) for at, kind in enumerate(kinds))


def _all(request: Request) -> Iterator[tuple[Name, Service]]:
    yield from request.catalog.services.items()


def _show(request: Request) -> Table:
    return _table(request, _all(request))


def _show_in_database(request: Request) -> Table:
    (database,) = resolve(request.part("database"))
    if database not in request.catalog.databases or not request.sees(kind="DATABASE", name=database):
        raise missing("Database", database)
    return _table(request, (one for one in _all(request) if one[0][0] == database))


def _show_in_schema(request: Request) -> Table:
    schema = resolve(request.part("schema"))
    check_schema(request, (*schema, ""))
    return _table(request, (one for one in _all(request) if one[0][:2] == schema))


def _show_in_pool(request: Request) -> Table:
    (pool,) = resolve(request.part("pool"))
    if pool not in request.catalog.fleet.pools:
        raise missing("Compute pool", pool)
    return _table(request, (one for one in _all(request) if one[1].pool == pool))


def seen(request: Request, *, privilege: str = "", quoted: bool = False) -> tuple[Name, Service]:
    """Return a service that the role sees, and on which it has a privilege such as MONITOR.

    Names in quotes are refused, as most pages say, except where a page takes them (quoted).
    """
    if not quoted:
        require_plain(request.part("name"), "a service")
    name = resolve(request.part("name"))
    service = visible_service(request, name)
    if privilege:
        request.require(privilege, kind="SERVICE", name=".".join(name))
    return name, service


def _show_endpoints(request: Request) -> Table:
    name, service = seen(request, privilege="USAGE", quoted=True)
    address = f"{name[2].lower().replace('_', '')}-simulated.snowflakecomputing.app"
    columns: tuple[str, ...] = ("name", "port", "port_range", "protocol", "is_public", "ingress_url")
    rows: list[list[str | None]] = []
    for endpoint in service.endpoints:
        url = address if request.catalog.is_reachable(service) else _PROVISIONING
        public = bool(endpoint.get("public"))
        port, ports = (str(endpoint[key]) if key in endpoint else None for key in ("port", "portRange"))
        protocol = str(endpoint.get("protocol", "HTTP")).upper()
        rows.append([endpoint["name"], port, ports, protocol, str(public).lower(), url if public else None])
    if request.catalog.private:
        columns = (*columns, "privatelink_ingress_url")
        rows = [[*row, f"private.{row[5]}" if row[5] else None] for row in rows]
    return Table(columns=columns, rows=rows)


_INSTANCE = (
    "database_name",
    "schema_name",
    "service_name",
    "service_status",
    "instance_id",
    "status",
    "spec_digest",
    "creation_time",
    "start_time",
    "ip_address",
)


def _show_instances(request: Request) -> Table:
    name, service = seen(request, privilege="MONITOR")
    state = request.catalog.state(service)
    status = {"READY": "RUNNING"}.get(state, state)
    rows: list[list[str | None]] = [
        [*name, status, str(number), state, _digest(service), _CREATED, _CREATED, host]
        for number, host in sorted(service.hosts.items())
        if not service.suspended
    ]
    return Table(columns=_INSTANCE, rows=rows)


_WANTED = "SHOW SERVICES[ <JOBS:jobs>][ LIKE <TEXT:like>]"
STATEMENTS = {
    f"{_WANTED}[ IN ACCOUNT]": _show,
    f"{_WANTED} IN DATABASE <ID:database>": _show_in_database,
    f"{_WANTED} IN SCHEMA <NAME:schema>": _show_in_schema,
    f"{_WANTED} IN COMPUTE POOL <ID:pool>": _show_in_pool,
    "SHOW ENDPOINTS IN SERVICE <NAME:name>": _show_endpoints,
    "SHOW SERVICE INSTANCES IN SERVICE <NAME:name>": _show_instances,
}
