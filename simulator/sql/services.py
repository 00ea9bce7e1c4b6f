"""Services: created, altered, suspended, restored and dropped.

Source: https://docs.snowflake.com/en/sql-reference/sql/create-service and the pages beside it.
"""

from typing import Any

import yaml

from simulator.catalog import Service
from simulator.errors import SqlError, SqlErrorKind, missing
from simulator.sql.objects import check_schema
from simulator.sql.request import Request, Table, done, resolve


def _read(request: Request) -> dict[str, Any]:
    """Return the specification of a statement. Raises SqlError for one that the account would not take."""
    try:
        specification = yaml.safe_load(request.part("specification")[2:-2])
    except yaml.YAMLError as error:
        raise SqlError(SqlErrorKind.INVALID_SPECIFICATION, f"Invalid spec: {error}") from error
    body = specification.get("spec") if isinstance(specification, dict) else None
    if not isinstance(body, dict) or not body.get("containers"):
        raise SqlError(
            SqlErrorKind.INVALID_SPECIFICATION, "Invalid spec: missing required property 'containers' in 'spec'."
        )
    return {**specification, "spec": body}


def _pin_images(request: Request, specification: dict[str, Any]) -> dict[str, str]:
    """Return the digests of the images. Raises SqlError for what the role may not have."""
    catalog = request.catalog
    for endpoint in specification["spec"].get("endpoints", []):
        if endpoint.get("public"):
            request.require("BIND SERVICE ENDPOINT", kind="ACCOUNT")
    digests = {}
    for container in specification["spec"]["containers"]:
        repository = tuple(part.upper() for part in container["image"].strip("/").split("/")[:-1])
        request.require("READ", kind="IMAGE REPOSITORY", name=".".join(repository))
        digests[container["name"]] = catalog.find_image(container["image"])
    return digests


def _integrations(request: Request) -> str:
    wanted = resolve(request.parts.get("integrations") or "")
    for integration in wanted:
        if integration not in request.catalog.integrations:
            raise missing("Integration", integration)
        request.require("USAGE", kind="INTEGRATION", name=integration)
    return ",".join(wanted)


def _create(request: Request) -> Table:
    name, (pool,) = resolve(request.part("name")), resolve(request.part("pool"))
    catalog, now = request.catalog, request.catalog.clock()
    check_schema(request, name)
    if name in catalog.services:
        return done(f"{name[2]} already exists, statement succeeded.")
    request.require("CREATE SERVICE", kind="SCHEMA", name=".".join(name[:2]))
    if pool not in catalog.fleet.pools:
        raise missing("Compute pool", pool)
    request.require("USAGE", kind="COMPUTE POOL", name=pool)
    specification = _read(request)
    digests = _pin_images(request, specification)
    catalog.services[name] = Service(
        pool=pool,
        specification=specification,
        digests=digests,
        owner=request.session.role,
        created=now,
        changed=now,
        integrations=_integrations(request),
        comment=_comment(request),
    )
    catalog.services[name].data = f"volume of {'.'.join(name)} since {now}"
    request.own(kind="SERVICE", name=".".join(name))
    return done(f"Service {name[2]} successfully created.")


def _comment(request: Request) -> str:
    return (request.parts.get("comment") or "").strip("'")


def _owned(request: Request) -> Service:
    name = resolve(request.part("name"))
    service = request.catalog.service(name)
    request.require("OWNERSHIP", kind="SERVICE", name=".".join(name))
    return service


def _alter(request: Request) -> Table:
    service, specification = _owned(request), _read(request)
    digests = _pin_images(request, specification)
    volumes = [volume for volume in specification["spec"].get("volumes", []) if volume["source"] == "block"]
    if volumes != service.volumes:
        raise SqlError(SqlErrorKind.VOLUMES_CHANGED, "Block storage volumes of a service cannot be changed.")
    service.specification, service.digests, service.changed = specification, digests, request.catalog.clock()
    return done("Statement executed successfully.")


def _set(request: Request) -> Table:
    service = _owned(request)
    if request.parts.get("integrations") is not None:
        service.integrations = _integrations(request)
    if request.parts.get("comment") is not None:
        service.comment = _comment(request)
    return done("Statement executed successfully.")


def _unset(request: Request) -> Table:
    _owned(request).integrations = ""
    return done("Statement executed successfully.")


def _suspend(request: Request) -> Table:
    service = _owned(request)
    service.suspended, service.changed = True, request.catalog.clock()
    return done("Statement executed successfully.")


def _resume(request: Request) -> Table:
    service = _owned(request)
    service.suspended, service.changed = False, request.catalog.clock()
    return done("Statement executed successfully.")


def _restore(request: Request) -> Table:
    service, snapshot = _owned(request), resolve(request.part("snapshot"))
    if snapshot not in request.catalog.snapshots:
        raise missing("Snapshot", *snapshot)
    if request.catalog.state(service) != "SUSPENDED":
        raise SqlError(SqlErrorKind.NOT_SUSPENDED, "The service must be suspended to restore a volume.")
    service.data = request.catalog.snapshots[snapshot]
    return done("Statement executed successfully.")


def _drop(request: Request) -> Table:
    name = resolve(request.part("name"))
    service = _owned(request)
    if service.volumes and not request.parts.get("force"):
        message = f"Service {name[2]} has block storage volumes: drop it with FORCE."
        raise SqlError(SqlErrorKind.HAS_VOLUMES, message)
    del request.catalog.services[name]
    request.catalog.privileges.forget(kind="SERVICE", name=".".join(name))
    return done(f"{name[2]} successfully dropped.")


_SPEC = "FROM SPECIFICATION <SPEC:specification>"
_EAI = "EXTERNAL_ACCESS_INTEGRATIONS = (<IDS:integrations>)"
STATEMENTS = {
    f"CREATE SERVICE IF NOT EXISTS <NAME:name> IN COMPUTE POOL <ID:pool> {_SPEC}[ {_EAI}]"
    " MIN_INSTANCES = 1 MAX_INSTANCES = 1[ COMMENT = <TEXT:comment>]": _create,
    f"ALTER SERVICE <NAME:name> {_SPEC}": _alter,
    f"ALTER SERVICE <NAME:name> SET {_EAI}": _set,
    "ALTER SERVICE <NAME:name> UNSET EXTERNAL_ACCESS_INTEGRATIONS": _unset,
    "ALTER SERVICE <NAME:name> SET COMMENT = <TEXT:comment>": _set,
    "ALTER SERVICE <NAME:name> SUSPEND": _suspend,
    "ALTER SERVICE <NAME:name> RESUME": _resume,
    "ALTER SERVICE <NAME:name> RESTORE VOLUME <ID:volume> INSTANCES 0 FROM SNAPSHOT <NAME:snapshot>": _restore,
    "DROP SERVICE <NAME:name>[ <FORCE:force>]": _drop,
}
