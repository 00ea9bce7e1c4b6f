"""Services: created, altered, suspended, restored and dropped.

Source: https://docs.snowflake.com/en/sql-reference/sql/create-service and the pages beside it.
"""

from typing import Any

import yaml

from simulator.catalog import EVERY_ENDPOINT, Name, Service
from simulator.errors import SqlError, SqlErrorKind, missing
from simulator.sql.objects import check_schema, visible_service
from simulator.sql.request import Request, Table, done, resolve, unquote
from simulator.sql.rules import require_label, require_owner, require_plain, require_service
from simulator.sql.secrets import require_integrations, require_secret
from simulator.sql.snapshots import keep_on_delete

# Characters: more than 20,000 brackets in each other crash the parser in C, where the one in Python gives up.
_SHORT = 20_000


def _read(request: Request) -> dict[str, Any]:
    """Return the specification of a statement. Raises SqlError for one that the account would not take."""
    text = request.part("specification")[2:-2]
    try:
        specification = yaml.load(text, yaml.CSafeLoader) if len(text) < _SHORT else yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise SqlError(SqlErrorKind.INVALID_SPECIFICATION, f"Invalid spec: {error}") from error
    body = specification.get("spec") if isinstance(specification, dict) else None
    if not isinstance(body, dict) or not body.get("containers"):
        raise SqlError(
            SqlErrorKind.INVALID_SPECIFICATION, "Invalid spec: missing required property 'containers' in 'spec'."
        )
    return {**specification, "spec": body}


def _pin_images(request: Request, specification: dict[str, Any]) -> dict[str, str]:
    """Return the digests of the images. Raises SqlError for what the role may not have, secrets among it."""
    catalog = request.catalog
    for endpoint in specification["spec"].get("endpoints", []):
        if endpoint.get("public"):
            request.require("BIND SERVICE ENDPOINT", kind="ACCOUNT")
    digests = {}
    for container in specification["spec"]["containers"]:
        repository = tuple(part.upper() for part in container["image"].strip("/").split("/")[:-1])
        request.require("READ", kind="IMAGE REPOSITORY", name=".".join(repository))
        digests[container["name"]] = catalog.find_image(container["image"])
        for secret in container.get("secrets", []):
            require_secret(request, resolve(secret["snowflakeSecret"]["objectName"]))
    return digests


def _integrations(request: Request) -> str:
    wanted = resolve(request.parts.get("integrations") or "")
    require_integrations(request, wanted)
    return ",".join(wanted)


def _create(request: Request) -> Table:
    name = judge(request)
    if name in request.catalog.services:
        return done(f"{name[2]} already exists, statement succeeded.")
    integrations = _integrations(request)
    service = start(request, name)
    service.integrations = integrations
    service.data = f"volume of {'.'.join(name)} since {service.created}"
    return done(f"Service {name[2]} successfully created.")


def judge(request: Request) -> Name:
    """Return the name of a service that is to be made. Raises SqlError for a name or an owner that may not be."""
    require_plain(request.part("name"), "a service")
    require_plain(request.part("pool"), "a compute pool")
    name = resolve(request.part("name"))
    require_label(name[2])
    require_owner(request)
    check_schema(request, name)
    return name


def start(request: Request, name: Name) -> Service:
    """Make a service of the statement's pool, specification and comment. Raises SqlError for what the role lacks."""
    request.require("CREATE SERVICE", kind="SCHEMA", name=".".join(name[:2]))
    (pool,) = resolve(request.part("pool"))
    _submit_to(request, pool)
    specification, now = _read(request), request.catalog.clock()
    service = request.catalog.services[name] = Service(
        pool=pool,
        specification=specification,
        digests=_pin_images(request, specification),
        owner=request.session.role,
        created=now,
        changed=now,
        comment=unquote(request.parts.get("comment")),
        hosts={0: request.catalog.next_host()},
    )
    request.own(kind="SERVICE", name=".".join(name))
    request.catalog.privileges.inherit(schema=".".join(name[:2]), name=".".join(name))
    return service


def _submit_to(request: Request, name: str) -> None:
    """Raise SqlError where a pool is not the role's to use, or stands still and is not started by what is sent to it.

    Source: https://docs.snowflake.com/en/sql-reference/sql/create-compute-pool (AUTO_RESUME)
    """
    pool = request.catalog.fleet.pools.get(name)
    if pool is None:
        raise missing("Compute pool", name)
    request.require("USAGE", kind="COMPUTE POOL", name=name)
    if pool.state == "SUSPENDED" and not pool.auto_resume:
        raise SqlError(SqlErrorKind.POOL_SUSPENDED, f"Compute pool {name} is suspended: resume it first.")
    if pool.state == "SUSPENDED":
        pool.state = "ACTIVE"


def _held(request: Request, privilege: str) -> Service:
    """Return a service on which the role has a privilege: OPERATE runs and upgrades it, OWNERSHIP sets its properties.

    Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services
    """
    require_plain(request.part("name"), "a service")
    name = resolve(request.part("name"))
    service = visible_service(request, name)
    request.require(privilege, kind="SERVICE", name=".".join(name))
    return service


def _altered(request: Request, privilege: str) -> Service:
    """Return a service that is to be altered. Raises SqlError for a job."""
    require_service(visible_service(request, resolve(request.part("name"))))
    return _held(request, privilege)


def _alter(request: Request) -> Table:
    service, specification = _altered(request, "OPERATE"), _read(request)
    digests = _pin_images(request, specification)
    volumes = [volume for volume in specification["spec"].get("volumes", []) if volume["source"] == "block"]
    if volumes != service.volumes:
        raise SqlError(SqlErrorKind.VOLUMES_CHANGED, "Block storage volumes of a service cannot be changed.")
    service.specification, service.digests, service.changed = specification, digests, request.catalog.clock()
    # A role that the specification no longer has is gone with its grants.
    declared = {role["name"].upper() for role in specification.get("serviceRoles", [])} | {EVERY_ENDPOINT}
    service.roles = {role: holders for role, holders in service.roles.items() if role in declared}
    service.hosts = {number: request.catalog.next_host() for number in service.hosts}
    return done("Statement executed successfully.")


def _set(request: Request) -> Table:
    service = _altered(request, "OWNERSHIP")
    if request.parts.get("integrations") is not None:
        service.integrations = _integrations(request)
    if request.parts.get("resume") is not None:
        service.auto_resume = request.part("resume").upper() == "TRUE"
    if request.parts.get("comment") is not None:
        service.comment = unquote(request.parts["comment"])
    return done("Statement executed successfully.")


def _unset(request: Request) -> Table:
    _altered(request, "OWNERSHIP").integrations = ""
    return done("Statement executed successfully.")


def _suspend(request: Request) -> Table:
    service = _altered(request, "OPERATE")
    service.suspended, service.changed = True, request.catalog.clock()
    return done("Statement executed successfully.")


def _resume(request: Request) -> Table:
    service = _altered(request, "OPERATE")
    if service.suspended:
        service.suspended, service.changed = False, request.catalog.clock()
    return done("Statement executed successfully.")


def _restore(request: Request) -> Table:
    service, snapshot = _altered(request, "OPERATE"), resolve(request.part("snapshot"))
    name = resolve(request.part("name"))
    if snapshot not in request.catalog.snapshots:
        raise missing("Snapshot", *snapshot)
    request.require("USAGE", kind="SNAPSHOT", name=".".join(snapshot))
    if request.part("volume").strip('"') not in {volume["name"] for volume in service.volumes}:
        raise SqlError(SqlErrorKind.VOLUME_MISSING, f"Service has no block volume {request.part('volume')}.")
    if request.catalog.state(service) != "SUSPENDED":
        raise SqlError(SqlErrorKind.NOT_SUSPENDED, "The service must be suspended to restore a volume.")
    # The volume is replaced, which leaves a snapshot of the old one, and the service runs again by itself.
    keep_on_delete(request, name, service)
    service.data = request.catalog.snapshots[snapshot]
    service.suspended, service.changed = False, request.catalog.clock()
    return done("Statement executed successfully.")


def _drop(request: Request) -> Table:
    name = resolve(request.part("name"))
    if request.parts.get("exists") and not request.sees(kind="SERVICE", name=".".join(name)):
        return done("Drop statement executed successfully.")
    service = _held(request, "OWNERSHIP")
    if service.volumes and not request.parts.get("force"):
        message = f"Service {name[2]} has block storage volumes: drop it with FORCE."
        raise SqlError(SqlErrorKind.HAS_VOLUMES, message)
    keep_on_delete(request, name, service)
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
    "ALTER SERVICE <NAME:name> SET AUTO_RESUME = <BOOL:resume>[ COMMENT = <TEXT:comment>]": _set,
    "ALTER SERVICE <NAME:name> SUSPEND": _suspend,
    "ALTER SERVICE <NAME:name> RESUME": _resume,
    "ALTER SERVICE <NAME:name> RESTORE VOLUME <ID:volume> INSTANCES 0 FROM SNAPSHOT <NAME:snapshot>": _restore,
    "DROP SERVICE[ <EXISTS:exists>] <NAME:name>[ <FORCE:force>]": _drop,
}
