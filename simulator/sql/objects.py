"""Databases, schemas and image repositories with their images.

Source of the columns: https://docs.snowflake.com/en/sql-reference/sql/show-image-repositories
"""

from simulator.catalog import Name, Service
from simulator.errors import missing
from simulator.sql.pools import is_like
from simulator.sql.request import Request, Table, done, resolve
from simulator.sql.rules import require_plain

_CREATED = "2026-01-01 00:00:00.000 -0800"


def _sees(request: Request, kind: str, name: Name) -> bool:
    return request.sees(kind=kind, name=".".join(name))


def is_named_like(request: Request, name: str) -> bool:
    """Return whether a name matches the pattern of the statement."""
    return is_like(name, (request.parts["like"] or "").strip("'").upper())


def _show_databases(request: Request) -> Table:
    visible = [
        name
        for name in request.catalog.databases
        if is_named_like(request, name) and _sees(request, "DATABASE", (name,))
    ]
    return Table(columns=("created_on", "name"), rows=[[_CREATED, name] for name in visible])


def _create_database(request: Request) -> Table:
    (name,) = resolve(request.part("name"))
    if name not in request.catalog.databases:
        request.require("CREATE DATABASE", kind="ACCOUNT")
        request.catalog.databases[name] = set()
        request.own(kind="DATABASE", name=name)
    return done(f"Database {name} successfully created.")


def _schemas(request: Request, database: str) -> set[str]:
    if database not in request.catalog.databases or not _sees(request, "DATABASE", (database,)):
        raise missing("Database", database)
    return request.catalog.databases[database]


def _show_schemas(request: Request) -> Table:
    (database,) = resolve(request.part("database"))
    visible = [name for name in _schemas(request, database) if _sees(request, "SCHEMA", (database, name))]
    return Table(
        columns=("created_on", "name"),
        rows=[[_CREATED, name] for name in sorted(visible) if is_named_like(request, name)],
    )


def _create_schema(request: Request) -> Table:
    database, name = resolve(request.part("name"))
    if name not in _schemas(request, database):
        request.require("CREATE SCHEMA", kind="DATABASE", name=database)
        request.catalog.databases[database].add(name)
        request.own(kind="SCHEMA", name=f"{database}.{name}")
    return done(f"Schema {name} successfully created.")


def check_schema(request: Request, name: Name) -> None:
    """Raise SqlError unless the role may use the schema that an object's name lies in, and its database."""
    if name[1] not in _schemas(request, name[0]) or not _sees(request, "SCHEMA", name[:2]):
        raise missing("Schema", *name[:2])
    request.require("USAGE", kind="DATABASE", name=name[0])
    request.require("USAGE", kind="SCHEMA", name=".".join(name[:2]))


def visible_service(request: Request, name: Name) -> Service:
    """Return a service on which the role has a privilege; for others it does not exist. Raises SqlError.

    Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services
    """
    if not request.sees(kind="SERVICE", name=".".join(name)):
        raise missing("Service", *name)
    return request.catalog.service(name)


def _show_repositories(request: Request) -> Table:
    schema = resolve(request.part("schema"))
    check_schema(request, (*schema, ""))
    columns: tuple[str, ...] = (
        "created_on",
        "name",
        "database_name",
        "schema_name",
        "repository_url",
        "owner",
        "comment",
    )
    rows: list[list[str | None]] = []
    for name in request.catalog.repositories:
        if name[:2] == schema and is_named_like(request, name[2]) and _sees(request, "IMAGE REPOSITORY", name):
            url = "/".join([request.catalog.registry, *(part.lower() for part in name)])
            rows.append([_CREATED, name[2], *schema, url, request.session.role, ""])
    if request.catalog.private:
        columns, rows = (*columns, "privatelink_repository_url"), [[*row, f"private.{row[4]}"] for row in rows]
    return Table(columns=columns, rows=rows)


def _create_repository(request: Request) -> Table:
    require_plain(request.part("name"), "an image repository")
    name = resolve(request.part("name"))
    check_schema(request, name)
    if name not in request.catalog.repositories:
        request.require("CREATE IMAGE REPOSITORY", kind="SCHEMA", name=".".join(name[:2]))
        request.catalog.repositories[name] = {}
        request.own(kind="IMAGE REPOSITORY", name=".".join(name))
    return done(f"Image Repository {name[2]} successfully created.")


def _show_images(request: Request) -> Table:
    name = resolve(request.part("name"))
    if name not in request.catalog.repositories or not _sees(request, "IMAGE REPOSITORY", name):
        raise missing("Image repository", *name)
    columns = ("created_on", "image_name", "tags", "digest", "image_path")
    rows: list[list[str | None]] = [
        [_CREATED, image, tag or None, digest, "/".join([*(part.lower() for part in name), f"{image}:{tag}"])]
        for (image, tag), digest in request.catalog.repositories[name].items()
    ]
    return Table(columns=columns, rows=rows)


STATEMENTS = {
    "SHOW DATABASES LIKE <TEXT:like>": _show_databases,
    "CREATE DATABASE IF NOT EXISTS <ID:name>": _create_database,
    "SHOW SCHEMAS LIKE <TEXT:like> IN DATABASE <ID:database>": _show_schemas,
    "CREATE SCHEMA IF NOT EXISTS <NAME:name>": _create_schema,
    "SHOW IMAGE REPOSITORIES LIKE <TEXT:like> IN SCHEMA <NAME:schema>": _show_repositories,
    "CREATE IMAGE REPOSITORY IF NOT EXISTS <NAME:name>": _create_repository,
    "SHOW IMAGES IN IMAGE REPOSITORY <NAME:name>": _show_images,
}
