"""What services show of themselves: their state, specification, endpoints, containers and logs.

Source: https://docs.snowflake.com/en/sql-reference/sql/show-services and the pages beside it.
"""

import copy
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import yaml

from simulator.catalog import Catalog, Name, Service
from simulator.errors import SqlError, SqlErrorKind
from simulator.faults import ODD_MESSAGE
from simulator.sql.objects import check_schema, visible_service
from simulator.sql.pools import is_like
from simulator.sql.request import Request, Table, resolve
from simulator.sql.rules import require_plain

_PROVISIONING = "Endpoints provisioning in progress... check back in a few minutes"


def _rows(request: Request) -> Iterator[tuple[Name, Service]]:
    schema = resolve(request.part("schema"))
    check_schema(request, (*schema, ""))
    pattern = (request.parts.get("like") or "").strip("'").upper()
    for name, service in request.catalog.services.items():
        if name[:2] == schema and is_like(name[2], pattern) and request.sees(kind="SERVICE", name=".".join(name)):
            yield name, service


def _describe_one(catalog: Catalog, name: Name, service: Service) -> dict[str, str | None]:
    state = catalog.state(service)
    return {
        "name": name[2],
        "status": {"READY": "RUNNING"}.get(state, state),
        "database_name": name[0],
        "schema_name": name[1],
        "owner": service.owner,
        "compute_pool": service.pool,
        "dns_name": f"{name[2].lower().replace('_', '-')}.abcd.svc.spcs.internal",
        "current_instances": "0" if service.suspended else "1",
        "target_instances": "0" if service.suspended else "1",
        "min_instances": "1",
        "max_instances": "1",
        "external_access_integrations": service.integrations or None,
        "auto_resume": str(service.auto_resume).lower(),
        "comment": service.comment,
        "is_job": str(service.job).lower(),
        "spec_digest": hashlib.sha256(json.dumps(service.specification).encode()).hexdigest(),
        "is_upgrading": str(service.changed > service.created and state == "PENDING").lower(),
    }


def _table(rows: list[dict[str, str | None]], columns: tuple[str, ...]) -> Table:
    return Table(columns=columns, rows=[[row[column] for column in columns] for row in rows])


def _show(request: Request) -> Table:
    rows = [_describe_one(request.catalog, name, service) for name, service in _rows(request)]
    sample = Service(pool="", specification={"spec": {"containers": []}}, digests={}, owner="", created=0, changed=0)
    return _table(rows, tuple(_describe_one(request.catalog, ("", "", ""), sample)))


def _seen(request: Request, *, privilege: str = "") -> tuple[Name, Service]:
    """Return a service that the role sees, and on which it has a privilege such as MONITOR."""
    require_plain(request.part("name"), "a service")
    name = resolve(request.part("name"))
    service = visible_service(request, name)
    if privilege:
        request.require(privilege, kind="SERVICE", name=".".join(name))
    return name, service


def _describe(request: Request) -> Table:
    name, service = _seen(request)
    row = _describe_one(request.catalog, name, service)
    owner = request.owns(kind="SERVICE", name=".".join(name))
    row["spec"] = yaml.safe_dump(_as_shown(service)) if owner else None
    return _table([row], tuple(row))


def _as_shown(service: Service) -> dict[str, Any]:
    """Return the specification with what the account adds: the digest of each image.

    Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services
    """
    shown = copy.deepcopy(service.specification)
    for container in shown["spec"]["containers"]:
        container["sha256"] = f"@{service.digests[container['name']]}"
    return shown


def _show_endpoints(request: Request) -> Table:
    name, service = _seen(request)
    address = f"{name[2].lower().replace('_', '')}-simulated.snowflakecomputing.app"
    columns: tuple[str, ...] = ("name", "port", "port_range", "protocol", "is_public", "ingress_url")
    rows: list[list[str | None]] = []
    for endpoint in service.specification["spec"].get("endpoints", []):
        url = address if request.catalog.is_reachable(service) else _PROVISIONING
        public = bool(endpoint.get("public"))
        rows.append(
            [endpoint["name"], str(endpoint["port"]), None, "HTTP", str(public).lower(), url if public else None]
        )
    if request.catalog.private:
        columns, rows = (*columns, "privatelink_ingress_url"), [[*row, f"private.{row[5]}"] for row in rows]
    return Table(columns=columns, rows=rows)


_MESSAGES = {
    "PENDING": "Waiting to start",
    "READY": "Running",
    "FAILED": "Readiness probe is failing at path: /api/health, port: 3000",
}
_JOB_MESSAGES = {
    **_MESSAGES,
    "DONE": "Completed successfully",
    "FAILED": "Encountered fatal error while running, check container logs",
}
_FAULTS = {"image-pull": "Failed to pull image", "odd-message": ODD_MESSAGE}
_CONTAINER = (
    "database_name",
    "schema_name",
    "service_name",
    "service_status",
    "instance_id",
    "instance_status",
    "container_name",
    "status",
    "message",
    "image_name",
    "image_digest",
    "restart_count",
    "start_time",
)


def _show_containers(request: Request) -> Table:
    name, service = _seen(request, privilege="MONITOR")
    state = request.catalog.state(service)
    if service.suspended:
        return Table(columns=_CONTAINER, rows=[[*name, state, *[None] * (len(_CONTAINER) - 4)]])
    message = _FAULTS.get(request.catalog.faults.service or "", (_JOB_MESSAGES if service.job else _MESSAGES)[state])
    rows: list[list[str | None]] = [
        [
            *name,
            state,
            "0",
            state,
            container["name"],
            state,
            message,
            container["image"],
            service.digests[container["name"]],
            "0",
            None,
        ]
        for container in service.containers
    ]
    return Table(columns=_CONTAINER, rows=rows)


def _logs(request: Request) -> Table:
    name = resolve(request.part("name").strip("'"))
    service = visible_service(request, name)
    request.require("MONITOR", kind="SERVICE", name=".".join(name))
    container = request.part("container").strip("'")
    if container not in {one["name"] for one in service.containers}:
        message = f"Container {container} does not exist in service {name[2]}."
        raise SqlError(SqlErrorKind.CONTAINER_MISSING, message)
    count = int(request.part("lines"))
    lines = service.printed.splitlines() if service.job else [f"{container}: line {n + 1}" for n in range(count)]
    return Table(columns=("SYSTEM$GET_SERVICE_LOGS",), rows=[["\n".join(lines[-count:])]])


STATEMENTS = {
    "SHOW SERVICES LIKE <TEXT:like> IN SCHEMA <NAME:schema>": _show,
    "DESCRIBE SERVICE <NAME:name>": _describe,
    "SHOW ENDPOINTS IN SERVICE <NAME:name>": _show_endpoints,
    "SHOW SERVICE CONTAINERS IN SERVICE <NAME:name>": _show_containers,
    "SELECT SYSTEM$GET_SERVICE_LOGS(<TEXT:name>, 0, <TEXT:container>, <NUMBER:lines>)": _logs,
}
