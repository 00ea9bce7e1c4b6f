"""Privileges on all services of a schema, and on those that are yet to come.

Source: https://docs.snowflake.com/en/sql-reference/sql/grant-privilege
"""

from simulator.errors import missing
from simulator.privileges import Grant
from simulator.sql.objects import check_schema
from simulator.sql.request import Request, Table, done, resolve


def _grants(request: Request, names: list[str]) -> list[Grant]:
    (role,) = resolve(request.part("role"))
    if role not in request.catalog.privileges.roles:
        raise missing("Role", role)
    words = [" ".join(word.upper().split()) for word in request.part("what").split(",")]
    return [Grant(role=role, privilege=word, kind="SERVICE", name=name) for name in names for word in words]


def _on_all(request: Request) -> list[Grant]:
    schema = resolve(request.part("schema"))
    check_schema(request, (*schema, ""))
    names = [".".join(name) for name in request.catalog.services if name[:2] == schema]
    for name in names:
        request.require("OWNERSHIP", kind="SERVICE", name=name)
    return _grants(request, names)


def _on_future(request: Request) -> list[Grant]:
    """Return grants of which the name is the schema's. Only who manages all grants gives them."""
    schema = resolve(request.part("schema"))
    check_schema(request, (*schema, ""))
    request.require("MANAGE GRANTS", kind="ACCOUNT")
    return _grants(request, [".".join(schema)])


def _grant(request: Request) -> Table:
    for grant in _on_all(request):
        request.catalog.privileges.give(grant)
    return done("Statement executed successfully.")


def _revoke(request: Request) -> Table:
    for grant in _on_all(request):
        request.catalog.privileges.take(grant)
    return done("Statement executed successfully.")


def _grant_future(request: Request) -> Table:
    request.catalog.privileges.future |= set(_on_future(request))
    return done("Statement executed successfully.")


def _revoke_future(request: Request) -> Table:
    request.catalog.privileges.future -= set(_on_future(request))
    return done("Statement executed successfully.")


STATEMENTS = {
    "GRANT <WORDS:what> ON ALL SERVICES IN SCHEMA <NAME:schema> TO ROLE <ID:role>": _grant,
    "GRANT <WORDS:what> ON FUTURE SERVICES IN SCHEMA <NAME:schema> TO ROLE <ID:role>": _grant_future,
    "REVOKE <WORDS:what> ON ALL SERVICES IN SCHEMA <NAME:schema> FROM ROLE <ID:role>": _revoke,
    "REVOKE <WORDS:what> ON FUTURE SERVICES IN SCHEMA <NAME:schema> FROM ROLE <ID:role>": _revoke_future,
}
