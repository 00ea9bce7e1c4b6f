"""What an administrator runs once so that one role can deploy and watch, and its inverse.

Each statement gives one thing to one role; nothing here needs ACCOUNTADMIN to be handed on. Source of the privileges:
https://docs.snowflake.com/en/user-guide/security-access-control-privileges
"""

from collections.abc import Iterator
from dataclasses import dataclass

from spcsmetrics.deploy.names import quoted
from spcsmetrics.deploy.pool import create_sql
from spcsmetrics.deploy.settings import Settings

DEFAULT_ROLE = "SPCS_METRICS_ROLE"
# Roles of the account itself, which are there and have their place among the others.
# Source: https://docs.snowflake.com/en/sql-reference/sql/grant-role
_SYSTEM_ROLES = ("SYSADMIN", "USERADMIN", "PUBLIC")


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One statement, the one that takes it back (empty where removal is left to a person), and what it is for.

    A privilege has its parts too: the role that gets it, and the kind and name of what it is on.
    """

    sql: str
    inverse: str
    reason: str
    role: str = ""
    privilege: str = ""
    kind: str = ""
    name: str = ""


def list_grants(settings: Settings) -> list[Grant]:
    """Return the statements in the order in which they work; their inverses work in the opposite order."""
    role = settings.role or DEFAULT_ROLE
    return [
        *_role(role),
        *_objects(settings, role),
        *_pools(settings, role),
        *_outside(settings, role),
        *_viewers(settings),
    ]


def _grant(privilege: str, kind: str, name: str, role: str, reason: str) -> Grant:
    on = f"{kind} {name}".rstrip()
    return Grant(
        sql=f"GRANT {privilege} ON {on} TO ROLE {role}",
        inverse=f"REVOKE {privilege} ON {on} FROM ROLE {role}",
        reason=reason,
        role=role,
        privilege=privilege,
        kind=kind,
        name=name,
    )


def _role(role: str) -> Iterator[Grant]:
    if role in _SYSTEM_ROLES:
        return
    yield Grant(
        sql=f"CREATE ROLE IF NOT EXISTS {role}", inverse="", reason="owns the service and reads what pools there are"
    )
    yield _grant_role(role, "ROLE SYSADMIN", "so that who administers objects can administer the service")


def _grant_role(role: str, to: str, reason: str) -> Grant:
    return Grant(sql=f"GRANT ROLE {role} TO {to}", inverse=f"REVOKE ROLE {role} FROM {to}", reason=reason)


def _objects(settings: Settings, role: str) -> Iterator[Grant]:
    database, schema = settings.database, settings.schema_name
    yield Grant(sql=f"CREATE DATABASE IF NOT EXISTS {database}", inverse="", reason="holds the service and its images")
    yield Grant(sql=f"CREATE SCHEMA IF NOT EXISTS {schema}", inverse="", reason="holds the service and its images")
    yield _grant("USAGE", "DATABASE", database, role, "to reach the schema")
    yield _grant("USAGE", "SCHEMA", schema, role, "to reach what is in it")
    if settings.repository_schema != schema:
        yield from _reach(settings.repository_schema, role, "to reach the images")
    yield _grant("CREATE IMAGE REPOSITORY", "SCHEMA", settings.repository_schema, role, "for the images")
    yield _grant("CREATE SERVICE", "SCHEMA", schema, role, "for the service")
    yield _grant("CREATE SNAPSHOT", "SCHEMA", schema, role, "for ./inv backup")
    if settings.scaled:
        yield _grant("CREATE SECRET", "SCHEMA", schema, role, "for the certificates between the services")


def _reach(schema: str, role: str, reason: str) -> Iterator[Grant]:
    """Yield what an object in a schema needs beside its own privilege: one on its database and one on its schema."""
    yield _grant("USAGE", "DATABASE", schema.rpartition(".")[0], role, reason)
    yield _grant("USAGE", "SCHEMA", schema, role, reason)


def _pools(settings: Settings, role: str) -> Iterator[Grant]:
    own, nodes = settings.compute_pool, "one node that the service runs on"
    if settings.scaled:
        nodes = "a node for each service"
    yield Grant(
        sql=create_sql(settings),
        inverse="",
        reason=f"{nodes}; costs as ./inv deploy --dry prints",
    )
    yield _grant("USAGE", "COMPUTE POOL", own, role, "to run the service there")
    if settings.scaled:
        yield _grant("MODIFY", "COMPUTE POOL", own, role, "to give each service a node as their number changes")
    yield _grant("MONITOR", "COMPUTE POOL", own, role, "to see the service's own pool on the boards")
    for pool in settings.pools:
        if pool != own:
            yield _grant("MONITOR", "COMPUTE POOL", pool, role, "to read the metrics of its nodes")


def _outside(settings: Settings, role: str) -> Iterator[Grant]:
    yield _grant("BIND SERVICE ENDPOINT", "ACCOUNT", "", role, "for the one public endpoint, which is Grafana's")
    for integration in settings.external_access_integrations:
        yield _grant("USAGE", "INTEGRATION", integration, role, "for notifications")
    central = settings.central
    if central.integration and central.integration not in settings.external_access_integrations:
        yield _grant("USAGE", "INTEGRATION", central.integration, role, "for the central store")
    named = [secret for _, secret in settings.secrets] + ([central.secret] if central.secret else [])
    schemas = {secret.rpartition(".")[0] for secret in named} - {settings.schema_name}
    for schema in sorted(schemas):
        yield from _reach(schema, role, "to reach the secrets in it")
    for _, secret in settings.secrets:
        yield _grant("READ", "SECRET", secret, role, "for notifications")
    if central.secret:
        yield _grant("READ", "SECRET", central.secret, role, "for the central store")


def _viewers(settings: Settings) -> Iterator[Grant]:
    for viewer in settings.viewers:
        yield _grant("USAGE", "DATABASE", settings.database, viewer, "to reach the endpoint")
        yield _grant("USAGE", "SCHEMA", settings.schema_name, viewer, "to reach the endpoint")


def for_deployers(settings: Settings, user: str = "") -> str:
    """Return what gives the role to who deploys: as a comment where only the administrator knows who that is."""
    sql = f"GRANT ROLE {settings.role or DEFAULT_ROLE} TO USER"
    return (
        f"-- so that this user can deploy\n{sql} {quoted(user)};"
        if user
        else f"-- to each user who deploys\n-- {sql} ...;"
    )


def as_script(grants: list[Grant], *, inverse: bool) -> str:
    """Return the statements as a file of SQL with a comment before each, for a person to read and run."""
    if inverse:
        pairs = [(grant.inverse, f"no longer {grant.reason}") for grant in reversed(grants) if grant.inverse]
    else:
        pairs = [(grant.sql, grant.reason) for grant in grants]
    return "\n".join(f"-- {reason}\n{sql};" for sql, reason in pairs)
