"""Every statement that the product sends, held against Snowflake's page: what it needs, and what is refused.

A role with the privileges of a statement's row is let through, one that lacks any of them is not, and what the page
rules out is refused.
"""

from dataclasses import replace

import pytest
from statement_parts import CREATING, IN_SCHEMA, RUNNING, WORKER, Row, create, execute_job, on, operate
from statement_table import ROWS

from simulator.__main__ import build_fleet, parse
from simulator.catalog import Catalog
from simulator.errors import SqlError, SqlErrorKind
from simulator.faults import Faults
from simulator.privileges import ADMINISTRATOR, Grant
from simulator.sql import FORMS, Session, execute


@pytest.fixture
def catalog() -> Catalog:
    """Return an account with a pool, images, a service that runs and one that stands still, for the role WORKER."""
    fleet = build_fleet(parse(["--session", "unused", "--pools", "1", "--nodes", "1"]))
    resting = fleet.add_pool("RESTING", "CPU_X64_S", 0)
    resting.state, resting.auto_resume = "SUSPENDED", False
    found = Catalog(fleet=fleet, faults=Faults(), delay=0)
    found.families -= {"GPU_NV_M"}
    found.privileges.roles |= {WORKER, "FOUNDER"}
    for text in (
        "CREATE DATABASE IF NOT EXISTS D",
        'CREATE DATABASE IF NOT EXISTS "my-db"',
        'CREATE SCHEMA IF NOT EXISTS "my-db".S',
        "CREATE SCHEMA IF NOT EXISTS D.S",
        "CREATE IMAGE REPOSITORY IF NOT EXISTS D.S.IMAGES",
        "CREATE SECRET D.S.TOKEN TYPE = GENERIC_STRING SECRET_STRING = 'x'",
        "CREATE EXTERNAL ACCESS INTEGRATION HOOKS ALLOWED_NETWORK_RULES = (D.S.R) ENABLED = TRUE",
    ):
        run(found, text, ADMINISTRATOR)
    images = found.repositories["D", "S", "IMAGES"]
    images["spcs-oss-otel", "1"], images["spcs-oss-arm", "1"] = "sha256:1", "sha256:2"
    found.architectures["sha256:2"] = "arm64"
    for grant in CREATING:
        found.privileges.give(replace(grant, role="FOUNDER"))
    for name in ("OLD", "STANDING"):
        run(found, create(f"D.S.{name}"), "FOUNDER")
    run(found, "ALTER SERVICE D.S.STANDING SUSPEND", "FOUNDER")
    run(found, execute_job("D.S.JOB"), "FOUNDER")
    found.snapshots["D", "S", "KEPT"] = "what was saved"
    return found


def run(catalog: Catalog, statement: str, role: str = WORKER) -> list[list[str | None]]:
    return execute(catalog, Session(user="SOMEBODY", role=role), statement).rows


def give(catalog: Catalog, grants: list[Grant]) -> None:
    for grant in grants:
        catalog.privileges.give(grant)


def by_statement(row: Row) -> str:
    return row.statement[:60]


@pytest.mark.parametrize("row", ROWS, ids=by_statement)
def test_a_role_with_the_documented_privileges_is_let_through(catalog: Catalog, row: Row) -> None:
    give(catalog, row.needs)
    assert run(catalog, row.statement) is not None
    assert row.page.startswith("https://docs.snowflake.com/")


@pytest.mark.parametrize(
    ("row", "missing"),
    [(row, grant) for row in ROWS for grant in row.needs],
    ids=lambda value: by_statement(value) if isinstance(value, Row) else f"{value.privilege} {value.kind}",
)
def test_a_role_that_lacks_one_of_them_is_not(catalog: Catalog, row: Row, missing: Grant) -> None:
    give(catalog, [grant for grant in row.needs if grant != missing])
    try:
        found = run(catalog, row.statement)
    except SqlError as error:
        codes = {kind.value[0] for kind in (SqlErrorKind.NOT_PRIVILEGED, SqlErrorKind.MISSING)}
        assert error.code in codes  # noqa: PT017 - both are right where the answer may be empty
    else:
        assert row.soft, "nothing was refused"
        assert found == []


@pytest.mark.parametrize(
    ("statement", "kind"),
    [one for row in ROWS for one in row.refused],
    ids=lambda value: value[:80] if isinstance(value, str) else value.name,
)
def test_what_a_page_rules_out_is_refused(catalog: Catalog, statement: str, kind: SqlErrorKind) -> None:
    everything = [grant for row in ROWS for grant in row.needs]
    give(catalog, [grant for grant in everything if grant.privilege != "OWNERSHIP" or grant.kind == "SERVICE"])
    give(catalog, on("COMPUTE POOL", "RESTING", "USAGE"))
    with pytest.raises(SqlError) as refused:
        run(catalog, statement)
    assert (refused.value.code, refused.value.state) == kind.value


@pytest.mark.parametrize("role", ["ACCOUNTADMIN", "SECURITYADMIN", "ORGADMIN"])
def test_a_privileged_role_may_not_own_a_service(catalog: Catalog, role: str) -> None:
    """Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/additional-considerations-services-jobs."""
    with pytest.raises(SqlError, match="cannot be owned by the privileged role"):
        run(catalog, create(), role)
    with pytest.raises(SqlError, match="cannot be owned by the privileged role"):
        run(catalog, execute_job(), role)


def test_a_pool_that_stands_still_starts_for_what_is_sent_to_it(catalog: Catalog) -> None:
    """Source: https://docs.snowflake.com/en/sql-reference/sql/create-compute-pool, AUTO_RESUME."""
    catalog.fleet.pools["RESTING"].auto_resume = True
    give(catalog, [*CREATING, *on("COMPUTE POOL", "RESTING", "USAGE")])
    run(catalog, create(pool="RESTING"))
    assert catalog.fleet.pools["RESTING"].state == "ACTIVE"


@pytest.mark.parametrize(("privilege", "status"), [("MONITOR", "DONE"), ("USAGE", "FAILED")])
def test_a_job_ends_by_itself_and_its_lines_are_there_until_it_is_dropped(
    catalog: Catalog, privilege: str, status: str
) -> None:
    """Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services."""
    give(catalog, [*RUNNING, *on("COMPUTE POOL", "WEB_POOL", privilege)])
    run(catalog, execute_job().replace('"image"', '"command": ["/spcs-doctor"], "image"'))
    assert run(catalog, "DESCRIBE SERVICE D.S.NEW")[0][1] == status
    (lines,) = run(catalog, "SELECT SYSTEM$GET_SERVICE_LOGS('D.S.NEW', 0, 'otel', 1)")[0]
    assert lines == f"WEB_POOL  ACTIVE  1 nodes  {'ok' if status == 'DONE' else 'broken'}"
    run(catalog, "DROP SERVICE IF EXISTS D.S.NEW")
    with pytest.raises(SqlError, match="does not exist"):
        run(catalog, "DESCRIBE SERVICE D.S.NEW")
    run(catalog, "DROP SERVICE IF EXISTS D.S.NEW")


def test_a_role_has_what_the_roles_have_that_were_granted_to_it(catalog: Catalog) -> None:
    """Source: https://docs.snowflake.com/en/user-guide/security-access-control-overview, role hierarchy."""
    give(catalog, operate("OPERATE"))
    with pytest.raises(SqlError):
        run(catalog, "ALTER SERVICE D.S.OLD SUSPEND", "ANALYST")
    run(catalog, f"GRANT ROLE {WORKER} TO ROLE SYSADMIN", ADMINISTRATOR)
    run(catalog, "GRANT ROLE SYSADMIN TO ROLE ANALYST", ADMINISTRATOR)
    run(catalog, "ALTER SERVICE D.S.OLD SUSPEND", "ANALYST")
    run(catalog, f"REVOKE ROLE {WORKER} FROM ROLE SYSADMIN", ADMINISTRATOR)
    with pytest.raises(SqlError):
        run(catalog, "ALTER SERVICE D.S.OLD RESUME", "ANALYST")


@pytest.mark.parametrize("auto", [True, False])
def test_a_request_at_the_endpoint_starts_a_service_unless_that_is_off(catalog: Catalog, *, auto: bool) -> None:
    """Source: https://docs.snowflake.com/en/sql-reference/sql/create-service, AUTO_RESUME."""
    give(catalog, [*operate("OWNERSHIP"), *IN_SCHEMA])
    run(catalog, f"ALTER SERVICE D.S.OLD SET AUTO_RESUME = {'TRUE' if auto else 'FALSE'}")
    run(catalog, "ALTER SERVICE D.S.OLD SUSPEND")
    catalog.visited = True
    (row,) = run(catalog, "SHOW SERVICES LIKE 'OLD' IN SCHEMA D.S")
    assert row[1] == ("RUNNING" if auto else "SUSPENDED")


def test_what_a_dropped_service_held_is_kept_under_the_documented_name(catalog: Catalog) -> None:
    """Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/block-storage-volume."""
    give(catalog, operate("OWNERSHIP"))
    run(catalog, "DROP SERVICE D.S.OLD FORCE")
    assert [name for *_, name in catalog.snapshots if name.startswith("SYS_BACKUP_ON_DELETE")]


def test_a_specification_is_shown_to_its_owner_alone_and_with_digests(catalog: Catalog) -> None:
    """Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services."""
    give(catalog, operate("USAGE"))
    assert run(catalog, "DESCRIBE SERVICE D.S.OLD")[0][-1] is None
    give(catalog, operate("OWNERSHIP"))
    assert "sha256: '@sha256:1'" in str(run(catalog, "DESCRIBE SERVICE D.S.OLD")[0][-1])


@pytest.mark.parametrize("depth", [9_000, 90_000])
def test_a_specification_that_is_nested_without_end_is_refused(catalog: Catalog, depth: int) -> None:
    statement = "CREATE SERVICE IF NOT EXISTS D.S.NEW IN COMPUTE POOL WEB_POOL FROM SPECIFICATION $$" + "[" * depth
    with pytest.raises(SqlError, match="Invalid spec") as refused:
        run(catalog, f"{statement}$$ MIN_INSTANCES = 1 MAX_INSTANCES = 1", "FOUNDER")
    assert len(str(refused.value)) < 500


def test_the_table_has_every_form_that_the_account_knows() -> None:
    unlisted = [form for form, pattern in FORMS.items() if not any(pattern.fullmatch(row.statement) for row in ROWS)]
    assert unlisted == []
