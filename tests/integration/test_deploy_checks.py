"""What the account, the collector or Grafana would refuse is said before anything is sent, with the setting's name."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from inner_accounts import SETTINGS, Room, open_room

from simulator.privileges import ADMINISTRATOR, ROLE
from spcsmetrics.core.errors import UserError
from spcsmetrics.images import daemon


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    with open_room(tmp_path, monkeypatch) as found:
        found.grant()
        yield found


def refuse(room: Room, **options: Any) -> str:
    """Deploy, which must fail before anything was sent, and return the sentence; a plan says the same."""
    room.statements.clear()
    with pytest.raises(UserError) as refused:
        room.deploy(**options)
    assert (room.changes(), room.pushed) == ([], [])
    with pytest.raises(UserError) as planned:
        room.deploy(dry=True, **options)
    assert str(planned.value) == str(refused.value)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def write(text: str) -> Callable[[Room], None]:
    return lambda room: room.write_settings(SETTINGS + text)


def rest(room: Room) -> None:
    pool = room.catalog.fleet.pools["SPCS_METRICS_POOL"]
    pool.state, pool.auto_resume = "SUSPENDED", False


def offer_less(room: Room) -> None:
    write('compute_pool = "OTHER"\n')(room)
    room.catalog.families = {"CPU_X64_S", "CPU_X64_M"}


def offer_other_machines(room: Room) -> None:
    pool = room.catalog.fleet.pools["SPCS_METRICS_POOL"]
    pool.family = replace(pool.family, name="GEN_ARM_G1_2")


def own_nothing_of(privilege: str) -> Callable[[Room], None]:
    def prepare(room: Room) -> None:
        room.run_sql("CREATE EXTERNAL ACCESS INTEGRATION HOOKS ALLOWED_NETWORK_RULES = (D.S.R) ENABLED = TRUE")
        room.run_sql("CREATE SECRET SPCS_METRICS.PUBLIC.URL TYPE = GENERIC_STRING SECRET_STRING = 'x'")
        write('external_access_integrations = ["HOOKS"]\n[secrets]\nSPCS_WEBHOOK_URL = "SPCS_METRICS.PUBLIC.URL"\n')(
            room
        )
        room.grant()
        room.run_sql(f"REVOKE {privilege} FROM ROLE {ROLE}")

    return prepare


@pytest.mark.parametrize(
    ("prepare", "options", "sentence"),
    [
        (rest, {}, "the compute pool SPCS_METRICS_POOL is suspended and does not start by itself: let who operates it"),
        (
            offer_less,
            {"create_pool": True},
            "pool_family is CPU_X64_XS, which this account's region does not offer: set one of CPU_X64_M, CPU_X64_S",
        ),
        (
            write('pool_family = "BOGUS"\n'),
            {},
            "pool_family is BOGUS, which this account's region does not offer: set one of",
        ),
        (
            offer_other_machines,
            {},
            "the compute pool SPCS_METRICS_POOL is of GEN_ARM_G1_2, whose nodes are ARM machines",
        ),
        (
            write('external_access_integrations = ["NOWHERE"]\n'),
            {},
            "external_access_integrations has NOWHERE, which does not exist or which the role may not use",
        ),
        (
            own_nothing_of("USAGE ON INTEGRATION HOOKS"),
            {},
            "external_access_integrations has HOOKS, which does not exist or which the role may not use",
        ),
        (
            own_nothing_of("READ ON SECRET SPCS_METRICS.PUBLIC.URL"),
            {},
            "secrets.SPCS_WEBHOOK_URL is SPCS_METRICS.PUBLIC.URL, which does not exist or which the role may not read",
        ),
        (
            write('[secrets]\nSPCS_WEBHOOK_URL = "NOWHERE.S.URL"\n'),
            {},
            "secrets.SPCS_WEBHOOK_URL is NOWHERE.S.URL, which does not exist",
        ),
        (write('event_table_metrics = "("\n'), {}, "event_table_metrics is '(': not an RE2 expression (missing ): ()"),
        (write('event_table_metrics = "[a-z]+"\n'), {}, "event_table_metrics is '[a-z]+': the collector reads it as"),
        (write('event_table_metrics = "(?=a)"\n'), {}, "not an RE2 expression (invalid perl operator: (?=)"),
        (write(f"event_table_metrics = '{'[' * 5000}{']' * 5000}'\n"), {}, "the collector reads it as YAML"),
        (write('compute_pool = "OTHER"\n'), {}, "the compute pool OTHER does not exist, or the role may not use it"),
        (write('[environment]\nGF_AUTH_BASIC_ENABLED = "true"\n'), {}, "environment.GF_AUTH_BASIC_ENABLED would undo"),
    ],
)
def test_it_is_refused_before_the_first_statement(
    room: Room, prepare: Callable[[Room], None], options: dict[str, Any], sentence: str
) -> None:
    prepare(room)
    assert sentence in refuse(room, **options)


def test_the_role_of_the_connection_is_judged_too(room: Room) -> None:
    room.role = ADMINISTRATOR
    room.write_settings("")
    assert "role is ACCOUNTADMIN: Snowflake does not let a privileged role own a service" in refuse(room)


def test_the_role_is_judged_also_where_only_some_services_are_there(room: Room) -> None:
    room.deploy()
    room.pushed.clear()
    room.role = ADMINISTRATOR
    room.write_settings("shards = 2\n")
    assert "role is ACCOUNTADMIN: Snowflake does not let a privileged role own a service" in refuse(room)


def test_an_image_for_another_machine_is_refused(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse_platform(reference: str) -> None:
        raise UserError(f"the image {reference} is for linux/arm64")

    monkeypatch.setattr(daemon, "require_platform", refuse_platform)
    assert "is for linux/arm64" in refuse(room)


def test_a_pool_that_starts_by_itself_is_a_line(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    room.catalog.fleet.pools["SPCS_METRICS_POOL"].state = "SUSPENDED"
    room.deploy()
    assert "The compute pool SPCS_METRICS_POOL is suspended: it starts with the service" in capsys.readouterr().err


@pytest.mark.parametrize(("family", "noted"), [("CPU_X64_S", True), ("CPU_X64_XS", False)])
def test_a_family_that_is_not_the_pools_is_a_line(
    room: Room, capsys: pytest.CaptureFixture[str], family: str, noted: bool
) -> None:
    room.write_settings(f'{SETTINGS}pool_family = "{family}"\n')
    room.deploy()
    printed = " ".join(capsys.readouterr().err.split())
    assert (f"has nodes of CPU_X64_XS: pool_family, which is {family}, counts only where" in printed) is noted


def test_what_is_well_is_not_refused(room: Room) -> None:
    own_nothing_of("BIND SERVICE ENDPOINT ON ACCOUNT")(room)
    room.run_sql(f"GRANT BIND SERVICE ENDPOINT ON ACCOUNT TO ROLE {ROLE}")
    room.write_settings((room.folder / "deploy.toml").read_text().replace("[secrets]", "event_table = true\n[secrets]"))
    room.deploy()
    assert room.containers["grafana"]["secrets"]


def test_who_works_where_is_printed(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    room.deploy()
    line = f"Account SIMULATED, user METRICS_USER, role {ROLE}, connection default; settings: {room.path}"
    assert line in capsys.readouterr().err


def test_a_plan_without_docker_says_what_it_could_not_see(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    room.ids = None
    room.deploy(dry=True)
    printed = capsys.readouterr()
    assert "Docker was not asked (no Docker daemon answers" in printed.err
    assert "the plan writes a tag in their place" in printed.err
    assert "not-built" in printed.out


def test_a_plan_without_docker_leaves_running_images_as_they_are(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    room.deploy()
    room.ids = None
    room.deploy(dry=True)
    printed = capsys.readouterr()
    assert "the plan leaves the images as they are" in printed.err
    assert "not-built" not in printed.out
    assert "nothing would be sent" in printed.err
    with pytest.raises(UserError, match="no Docker daemon answers"):
        room.deploy()
