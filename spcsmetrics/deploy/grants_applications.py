"""What the owner of each service runs so that its metrics can be read, and its inverse.

Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services
"""

from collections.abc import Iterator

from spcsmetrics.deploy.grants import DEFAULT_ROLE, Grant, as_script
from spcsmetrics.deploy.service_names import NamedService, parse_service
from spcsmetrics.deploy.settings import Settings

# Every service has this role; one of its own for the one endpoint does as well.
_SERVICE_ROLE = "all_endpoints_usage"


def list_owner_grants(settings: Settings) -> list[Grant]:
    """Return the statements for every service that the settings name, each once."""
    role = settings.role or DEFAULT_ROLE
    named = [parse_service("services", name) for name in settings.services]
    found = [grant for service in named for grant in (*_reach(service, role), *_read(service, role))]
    return list({grant.sql: grant for grant in found}.values())


def _reach(service: NamedService, role: str) -> Iterator[Grant]:
    for kind, name in (("DATABASE", service.database), ("SCHEMA", service.schema_name)):
        yield _grant("USAGE", f"{kind} {name}", role, f"the owner of {name} runs this, to reach what is in it")


def _read(service: NamedService, role: str) -> Iterator[Grant]:
    if not service.name:
        schema, owners = service.schema_name, f"the owners of the services in {service.schema_name} run this"
        yield _grant("MONITOR", f"ALL SERVICES IN SCHEMA {schema}", role, f"{owners}, to list them and their instances")
        future = f"who manages grants runs this, to list services that come to {schema}"
        yield _grant("MONITOR", f"FUTURE SERVICES IN SCHEMA {schema}", role, future)
        return
    owner = f"the owner of {service.full_name} runs this"
    yield _grant("MONITOR", f"SERVICE {service.full_name}", role, f"{owner}, to list it and its instances")
    granted = f"SERVICE ROLE {service.full_name}!{_SERVICE_ROLE}"
    yield Grant(
        sql=f"GRANT {granted} TO ROLE {role}",
        inverse=f"REVOKE {granted} FROM ROLE {role}",
        reason=f"{owner}, to connect to its endpoints",
    )


def _grant(privilege: str, on: str, role: str, reason: str) -> Grant:
    return Grant(
        sql=f"GRANT {privilege} ON {on} TO ROLE {role}",
        inverse=f"REVOKE {privilege} ON {on} FROM ROLE {role}",
        reason=reason,
    )


def owner_script(settings: Settings, *, inverse: bool) -> str:
    """Return the statements as a file of SQL; nothing where the settings name no service."""
    text = as_script(list_owner_grants(settings), inverse=inverse)
    by_hand = [_of_each_service(name, settings.role or DEFAULT_ROLE, inverse=inverse) for name in settings.services]
    return "\n".join(filter(None, [text, *by_hand]))


def _of_each_service(name: str, role: str, *, inverse: bool) -> str:
    """Return, for a whole schema, what only owners can fill in: service roles are granted service by service."""
    service = parse_service("services", name)
    if service.name:
        return ""
    granted = f"SERVICE ROLE {service.schema_name}.<service>!{_SERVICE_ROLE}"
    sql = f"REVOKE {granted} FROM ROLE {role}" if inverse else f"GRANT {granted} TO ROLE {role}"
    purpose = "no longer to" if inverse else "to"
    return f"-- the owner of each service in {service.schema_name} runs this, {purpose} connect to it\n-- {sql};"
