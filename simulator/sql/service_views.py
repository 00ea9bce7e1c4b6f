"""What services show of themselves: their specification, containers and logs.

Source: https://docs.snowflake.com/en/sql-reference/sql/desc-service and the pages beside it.
"""

import copy
import json
from functools import cache
from typing import Any

import yaml

from simulator.catalog import Service
from simulator.errors import SqlError, SqlErrorKind
from simulator.faults import ODD_MESSAGE
from simulator.sql.objects import visible_service
from simulator.sql.request import Request, Table, resolve
from simulator.sql.service_lists import describe, seen


def _describe(request: Request) -> Table:
    name, service = seen(request)
    row = describe(request.catalog, name, service)
    owner = request.owns(kind="SERVICE", name=".".join(name))
    row["spec"] = _as_yaml(json.dumps(_as_shown(service))) if owner else None
    return Table(columns=tuple(row), rows=[list(row.values())])


@cache
def _as_yaml(specification: str) -> str:
    """Return a specification in JSON as YAML, which takes long and is asked for again and again."""
    return yaml.dump(json.loads(specification), Dumper=yaml.CSafeDumper)


def _as_shown(service: Service) -> dict[str, Any]:
    """Return the specification with what the account adds: the digest of each image.

    Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services
    """
    shown = copy.deepcopy(service.specification)
    for container in shown["spec"]["containers"]:
        container["sha256"] = f"@{service.digests[container['name']]}"
    return shown


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
    name, service = seen(request, privilege="MONITOR")
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
    "DESCRIBE SERVICE <NAME:name>": _describe,
    "SHOW SERVICE CONTAINERS IN SERVICE <NAME:name>": _show_containers,
    "SELECT SYSTEM$GET_SERVICE_LOGS(<TEXT:name>, 0, <TEXT:container>, <NUMBER:lines>)": _logs,
}
