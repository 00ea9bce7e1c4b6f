"""GRANT, REVOKE, and what was granted.

Source: https://docs.snowflake.com/en/sql-reference/sql/grant-privilege
"""

from simulator.errors import missing
from simulator.privileges import ADMINISTRATOR, Grant
from simulator.sql.request import Request, Table, done, resolve

_COLUMNS = (
    "created_on",
    "privilege",
    "granted_on",
    "name",
    "granted_to",
    "grantee_name",
    "grant_option",
    "granted_by",
)


def _show(request: Request) -> Table:
    (role,) = resolve(request.part("role"))
    rows: list[list[str | None]] = [
        ["2026-01-01", one.privilege, one.kind.replace(" ", "_"), one.name, "ROLE", role, "false", ADMINISTRATOR]
        for one in request.catalog.privileges.of_role(role)
    ]
    return Table(columns=_COLUMNS, rows=rows)


def _change(request: Request, *, give: bool) -> Table:
    privileges = request.catalog.privileges
    (role,) = resolve(request.part("role"))
    kind = " ".join((request.parts.get("kind") or "ACCOUNT").upper().split())
    name = ".".join(resolve(request.parts.get("name") or ""))
    for privilege in request.part("what").split(","):
        word = " ".join(privilege.upper().split())
        # Only who owns the object, or manages all grants, may give it away.
        request.require("OWNERSHIP" if name else "MANAGE GRANTS", kind=kind, name=name)
        grant = Grant(role=role, privilege=word, kind=kind, name=name)
        (privileges.give if give else privileges.take)(grant)
    return done("Statement executed successfully.")


def _grant(request: Request) -> Table:
    return _change(request, give=True)


def _revoke(request: Request) -> Table:
    return _change(request, give=False)


def _passed(request: Request) -> Grant:
    """Return the privilege on a role that another role gets or loses."""
    request.require("MANAGE GRANTS", kind="ACCOUNT")
    for part in ("role", "to"):
        (name,) = resolve(request.part(part))
        if name not in request.catalog.privileges.roles:
            raise missing("Role", name)
    return Grant(
        role=resolve(request.part("to"))[0], privilege="USAGE", kind="ROLE", name=resolve(request.part("role"))[0]
    )


def _pass_role(request: Request) -> Table:
    request.catalog.privileges.give(_passed(request))
    return done("Statement executed successfully.")


def _take_role(request: Request) -> Table:
    request.catalog.privileges.take(_passed(request))
    return done("Statement executed successfully.")


def _pass_role_to_user(request: Request) -> Table:
    """Give a role to a user; the account's users have every role anyway."""
    request.require("MANAGE GRANTS", kind="ACCOUNT")
    (name,) = resolve(request.part("role"))
    if name not in request.catalog.privileges.roles:
        raise missing("Role", name)
    return done("Statement executed successfully.")


def _create_role(request: Request) -> Table:
    request.require("CREATE ROLE", kind="ACCOUNT")
    request.catalog.privileges.roles.add(resolve(request.part("role"))[0])
    return done("Role successfully created.")


STATEMENTS = {
    "SHOW GRANTS TO ROLE <ID:role>": _show,
    "GRANT <WORDS:what> ON <KIND:kind> <NAME:name> TO ROLE <ID:role>": _grant,
    "GRANT <WORDS:what> ON ACCOUNT TO ROLE <ID:role>": _grant,
    "REVOKE <WORDS:what> ON <KIND:kind> <NAME:name> FROM ROLE <ID:role>": _revoke,
    "REVOKE <WORDS:what> ON ACCOUNT FROM ROLE <ID:role>": _revoke,
    "GRANT ROLE <ID:role> TO ROLE <ID:to>": _pass_role,
    "GRANT ROLE <ID:role> TO USER <ID:user>": _pass_role_to_user,
    "REVOKE ROLE <ID:role> FROM ROLE <ID:to>": _take_role,
    "CREATE ROLE IF NOT EXISTS <ID:role>": _create_role,
}
