"""Secrets, and the external access integrations through which services leave the account.

Sources: https://docs.snowflake.com/en/sql-reference/sql/create-secret and, for what a service needs,
https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services
"""

from simulator.catalog import Name
from simulator.errors import SqlError, SqlErrorKind, missing
from simulator.sql.objects import check_schema, is_named_like
from simulator.sql.request import Request, Table, done, resolve, unquote

_CREATED = "2026-01-01 00:00:00.000 -0800"


def require_secret(request: Request, name: Name) -> None:
    """Raise SqlError unless the role may read a secret, and use the database and schema that it lies in."""
    check_schema(request, name)
    if name not in request.catalog.secrets or not request.sees(kind="SECRET", name=".".join(name)):
        raise missing("Secret", *name)
    request.require("READ", kind="SECRET", name=".".join(name))


def require_integrations(request: Request, wanted: Name) -> None:
    """Raise SqlError unless the role may use these integrations."""
    for integration in wanted:
        if integration not in request.catalog.integrations or not request.sees(kind="INTEGRATION", name=integration):
            raise missing("Integration", integration)
        request.require("USAGE", kind="INTEGRATION", name=integration)


def _create_secret(request: Request) -> Table:
    name = resolve(request.part("name"))
    check_schema(request, name)
    request.require("CREATE SECRET", kind="SCHEMA", name=".".join(name[:2]))
    if name in request.catalog.secrets:
        if request.parts["exists"]:
            return done(f"{name[2]} already exists, statement succeeded.")
        message = f"SQL compilation error:\nObject '{'.'.join(name)}' already exists."
        raise SqlError(SqlErrorKind.ALREADY_EXISTS, message)
    request.catalog.secrets[name] = unquote(request.parts["comment"])
    request.own(kind="SECRET", name=".".join(name))
    return done(f"Secret {name[2]} successfully created.")


def _show_secrets(request: Request) -> Table:
    schema = resolve(request.part("schema"))
    check_schema(request, (*schema, ""))
    visible = [
        name
        for name in sorted(request.catalog.secrets)
        if name[:2] == schema
        and (request.parts.get("like") is None or is_named_like(request, name[2]))
        and request.sees(kind="SECRET", name=".".join(name))
    ]
    columns = ("created_on", "name", "schema_name", "database_name", "owner", "comment", "secret_type")
    return Table(
        columns=columns,
        rows=[
            [_CREATED, name[2], name[1], name[0], "", request.catalog.secrets[name], "GENERIC_STRING"]
            for name in visible
        ],
    )


def _drop_secret(request: Request) -> Table:
    name = resolve(request.part("name"))
    if name not in request.catalog.secrets or not request.sees(kind="SECRET", name=".".join(name)):
        return done("Drop statement executed successfully.")
    request.require("OWNERSHIP", kind="SECRET", name=".".join(name))
    del request.catalog.secrets[name]
    request.catalog.privileges.forget(kind="SECRET", name=".".join(name))
    return done(f"{name[2]} successfully dropped.")


def _create_integration(request: Request) -> Table:
    (name,) = resolve(request.part("name"))
    request.require("CREATE INTEGRATION", kind="ACCOUNT")
    request.catalog.integrations.add(name)
    return done(f"Integration {name} successfully created.")


def _show_integrations(request: Request) -> Table:
    visible = [
        name
        for name in sorted(request.catalog.integrations)
        if is_named_like(request, name) and request.sees(kind="INTEGRATION", name=name)
    ]
    return Table(
        columns=("name", "type", "category", "enabled", "comment", "created_on"),
        rows=[[name, "EXTERNAL_ACCESS", "EXTERNAL_ACCESS", "true", "", _CREATED] for name in visible],
    )


STATEMENTS = {
    "CREATE SECRET[ <UNLESS:exists>] <NAME:name> TYPE = GENERIC_STRING SECRET_STRING = <TEXT:text>"
    "[ COMMENT = <TEXT:comment>]": _create_secret,
    "SHOW SECRETS[ LIKE <TEXT:like>] IN SCHEMA <NAME:schema>": _show_secrets,
    "DROP SECRET IF EXISTS <NAME:name>": _drop_secret,
    "CREATE EXTERNAL ACCESS INTEGRATION <ID:name>"
    " ALLOWED_NETWORK_RULES = (<NAME:rule>) ENABLED = TRUE": _create_integration,
    "SHOW EXTERNAL ACCESS INTEGRATIONS LIKE <TEXT:like>": _show_integrations,
}
