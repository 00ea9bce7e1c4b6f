"""What an administrator runs once so that one role can deploy and watch, and its inverse.

Each statement gives one thing to one role; nothing here needs ACCOUNTADMIN to be handed on. Source of the privileges:
https://docs.snowflake.com/en/user-guide/security-access-control-privileges
"""

from collections.abc import Iterator
from dataclasses import dataclass

from spcsmetrics.deploy.planner import create_pool_sql
from spcsmetrics.deploy.settings import Settings

DEFAULT_ROLE = "SPCS_METRICS_ROLE"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One statement, the one that takes it back (empty where removal is left to a person), and what it is for."""

    sql: str
    inverse: str
    reason: str


def list_grants(settings: Settings) -> list[Grant]:
    """Return the statements in the order in which they work; their inverses work in the opposite order."""
    role = settings.role or DEFAULT_ROLE
    return [
        Grant(
            sql=f"CREATE ROLE IF NOT EXISTS {role}",
            inverse="",
            reason="owns the service and reads what pools there are",
        ),
        *_objects(settings, role),
        *_pools(settings, role),
        *_outside(settings, role),
        *_viewers(settings),
    ]


def _grant(privilege: str, on: str, role: str, reason: str) -> Grant:
    return Grant(
        sql=f"GRANT {privilege} ON {on} TO ROLE {role}",
        inverse=f"REVOKE {privilege} ON {on} FROM ROLE {role}",
        reason=reason,
    )


def _objects(settings: Settings, role: str) -> Iterator[Grant]:
    database, schema = settings.database, settings.schema_name
    yield Grant(sql=f"CREATE DATABASE IF NOT EXISTS {database}", inverse="", reason="holds the service and its images")
    yield Grant(sql=f"CREATE SCHEMA IF NOT EXISTS {schema}", inverse="", reason="holds the service and its images")
    yield _grant("USAGE", f"DATABASE {database}", role, "to reach the schema")
    yield _grant("USAGE", f"SCHEMA {schema}", role, "to reach what is in it")
    yield _grant("CREATE IMAGE REPOSITORY", f"SCHEMA {schema}", role, "for the images")
    yield _grant("CREATE SERVICE", f"SCHEMA {schema}", role, "for the service")
    yield _grant("CREATE SNAPSHOT", f"SCHEMA {schema}", role, "for ./inv backup")


def _pools(settings: Settings, role: str) -> Iterator[Grant]:
    own = settings.compute_pool
    yield Grant(
        sql=create_pool_sql(settings),
        inverse="",
        reason="one node that the service runs on; costs as ./inv deploy --dry prints",
    )
    yield _grant("USAGE", f"COMPUTE POOL {own}", role, "to run the service there")
    yield _grant("MONITOR", f"COMPUTE POOL {own}", role, "to see the service's own pool on the boards")
    for pool in settings.pools:
        if pool != own:
            yield _grant("MONITOR", f"COMPUTE POOL {pool}", role, "to read the metrics of its nodes")


def _outside(settings: Settings, role: str) -> Iterator[Grant]:
    yield _grant("BIND SERVICE ENDPOINT", "ACCOUNT", role, "for the one public endpoint, which is Grafana's")
    for integration in settings.external_access_integrations:
        yield _grant("USAGE", f"INTEGRATION {integration}", role, "for notifications")
    for _, secret in settings.secrets:
        yield _grant("READ", f"SECRET {secret}", role, "for notifications")


def _viewers(settings: Settings) -> Iterator[Grant]:
    for viewer in settings.viewers:
        yield _grant("USAGE", f"DATABASE {settings.database}", viewer, "to reach the endpoint")
        yield _grant("USAGE", f"SCHEMA {settings.schema_name}", viewer, "to reach the endpoint")


def as_script(grants: list[Grant], *, inverse: bool) -> str:
    """Return the statements as a file of SQL with a comment before each, for a person to read and run."""
    if inverse:
        pairs = [(grant.inverse, f"no longer {grant.reason}") for grant in reversed(grants) if grant.inverse]
    else:
        pairs = [(grant.sql, grant.reason) for grant in grants]
    return "\n".join(f"-- {reason}\n{sql};" for sql, reason in pairs)
