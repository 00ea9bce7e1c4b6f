"""Service roles: who may connect to which endpoints of a service.

Source: https://docs.snowflake.com/en/sql-reference/sql/grant-service-role
"""

from simulator.catalog import EVERY_ENDPOINT, Catalog, Name, Service
from simulator.errors import missing
from simulator.privileges import Grant
from simulator.sql.objects import visible_service
from simulator.sql.request import Request, Table, done, resolve


def _wanted(request: Request) -> tuple[Service, str]:
    """Return the service of a statement and its service role. Raises SqlError for an unknown one."""
    name = resolve(request.part("name"))
    service = visible_service(request, name)
    (wanted,) = resolve(request.part("service_role"))
    known = {one["name"].upper() for one in service.specification.get("serviceRoles", [])} | {EVERY_ENDPOINT}
    if wanted not in known:
        raise missing("Service role", *name, wanted)
    return service, wanted


def _role(request: Request) -> str:
    (role,) = resolve(request.part("role"))
    request.require("OWNERSHIP", kind="SERVICE", name=".".join(resolve(request.part("name"))))
    if role not in request.catalog.privileges.roles:
        raise missing("Role", role)
    return role


def _grant(request: Request) -> Table:
    service, wanted = _wanted(request)
    service.roles.setdefault(wanted, set()).add(_role(request))
    return done("Statement executed successfully.")


def _revoke(request: Request) -> Table:
    service, wanted = _wanted(request)
    service.roles.get(wanted, set()).discard(_role(request))
    return done("Statement executed successfully.")


def _show(request: Request) -> Table:
    service = visible_service(request, resolve(request.part("name")))
    (wanted,) = resolve(request.part("service_role"))
    holders = sorted(service.roles.get(wanted, set()))
    columns = ("created_on", "role", "granted_to", "grantee_name", "granted_by")
    rows: list[list[str | None]] = [["2026-01-01", wanted, "ROLE", role, service.owner] for role in holders]
    return Table(columns=columns, rows=rows)


def reaches(catalog: Catalog, role: str, name: Name, port: int) -> bool:
    """Return whether a service that a role owns may open connections to a port of another service.

    Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services
    """
    service = catalog.services[name]
    declared = {endpoint["name"] for endpoint in service.endpoints if _has(endpoint, port)}
    if not declared:
        return False
    if role == service.owner:
        return True
    used = (("DATABASE", name[0]), ("SCHEMA", ".".join(name[:2])))
    if not all(
        catalog.privileges.has(Grant(role=role, privilege="USAGE", kind=kind, name=where)) for kind, where in used
    ):
        return False
    mine = catalog.privileges.roles_of(role)
    return any(
        mine & holders and declared & service.role_endpoints(granted) for granted, holders in service.roles.items()
    )


def _has(endpoint: dict[str, object], port: int) -> bool:
    if "portRange" in endpoint:
        first, _, last = str(endpoint["portRange"]).partition("-")
        return int(first) <= port <= int(last or first)
    return endpoint.get("port") == port


STATEMENTS = {
    "SHOW GRANTS OF SERVICE ROLE <NAME:name>!<ID:service_role>": _show,
    "GRANT SERVICE ROLE <NAME:name>!<ID:service_role> TO ROLE <ID:role>": _grant,
    "REVOKE SERVICE ROLE <NAME:name>!<ID:service_role> FROM ROLE <ID:role>": _revoke,
}
