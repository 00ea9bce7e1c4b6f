"""Who is let into the account, and what a refused user reads; the tasks around a service that is not there."""

import os
from collections.abc import Iterator

import pytest
from accounts import SETTINGS, Desk, open_desk
from programs import write_program

SERVICE = "SPCS_METRICS.PUBLIC.SPCS_METRICS"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("office")) as found:
        found.grant()
        yield found


@pytest.fixture
def desk(office: Desk) -> Desk:
    """Return the desk with good settings and a good connection."""
    office.write_settings(SETTINGS)
    office.write_connection(office.token)
    return office


def refusal(desk: Desk, *words: str) -> str:
    """Run a task that must fail, and return its sentence."""
    done = desk.inv(*words)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["status"], f"the role does not see a service {SERVICE}: run ./inv deploy"),
        (["open"], f"the role does not see a service {SERVICE}"),
        (["backup"], f"the role does not see a service {SERVICE}"),
        (["upgrade"], f"the role does not see a service {SERVICE} to upgrade: run ./inv deploy"),
        (["logs", "otel", "--lines=0"], "--lines takes a whole number from 1 to 1000, not '0'"),
        (["deploy", "--offline"], "--offline only prints what an empty account would be sent: add --dry"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_task_that_cannot_be_done_says_what_to_do(desk: Desk, words: list[str], remedy: str) -> None:
    before = len(desk.catalog()["statements"])
    assert remedy in refusal(desk, *words)
    assert desk.changes(before) == []


def test_connections_that_are_not_toml_are_named(desk: Desk) -> None:
    (desk.folder / "connections.toml").write_text("[default\n")
    assert "connections.toml: it is not TOML (Expected" in refusal(desk, "status")


def test_connections_that_are_nested_without_end_are_named(desk: Desk) -> None:
    (desk.folder / "connections.toml").write_text("x = " + "[" * 5000 + "]" * 5000)
    assert "connections.toml: it is nested too deeply" in refusal(desk, "status")


def test_a_plan_is_printed_also_where_there_is_no_connection(desk: Desk) -> None:
    (desk.folder / "connections.toml").unlink()
    assert "the connection default is missing: add [default] with account and user" in refusal(desk, "status")
    done = desk.inv("--dry", "deploy", "--pushed")
    assert done.returncode == 0, done.stderr
    assert "Without a connection to an account: this is what an empty one would be sent." in done.stderr
    assert "CREATE DATABASE IF NOT EXISTS SPCS_METRICS" in done.stdout


def test_a_plan_for_a_connection_that_the_settings_name_is_not_guessed(desk: Desk) -> None:
    desk.write_settings(SETTINGS + 'connection = "elsewhere"\n')
    assert "the connection elsewhere is missing" in refusal(desk, "--dry", "deploy", "--pushed")


def test_a_role_that_does_not_exist_is_not_let_in(desk: Desk) -> None:
    desk.write_settings('role = "GONE_ROLE"\n')
    try:
        done = desk.inv("status")
    finally:
        desk.write_settings(SETTINGS)
    assert done.returncode == 1
    assert "Role 'GONE_ROLE' specified in the connect string does not exist or not authorized" in done.stderr
    assert "check role in the settings and the connection" in done.stderr


def test_an_account_that_does_not_answer_is_one_sentence(desk: Desk) -> None:
    text = (desk.folder / "connections.toml").read_text()
    (desk.folder / "connections.toml").write_text(text.replace(f"port = {desk.simulation.driver_port}", "port = 9"))
    assert "The default connection: the account says" in refusal(desk, "status")


def test_the_boards_are_opened_in_a_browser_at_the_url_that_is_printed(desk: Desk) -> None:
    assert desk.deploy().returncode == 0
    browser = write_program(desk.folder / "programs", "browser", f'echo "$1" > {desk.folder / "opened"}')
    done = desk.inv("open", env={"BROWSER": os.fspath(browser)})
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("https://")
    assert (desk.folder / "opened").read_text() == done.stdout
    # A restore that is only planned stops nothing.
    saved = desk.inv("backup").stdout.strip()
    before = len(desk.catalog()["statements"])
    planned = desk.inv("--dry", "restore", saved)
    assert planned.returncode == 0, planned.stderr
    assert f"FROM SNAPSHOT {saved}" in planned.stdout
    declined = desk.inv("restore", saved, answer="n\n")
    assert "nothing was restored" in declined.stderr
    upgrade = desk.inv("upgrade", "--tag=9.9.9")
    assert "spcs-oss-otel:9.9.9 is not in the image repository: push it" in upgrade.stderr
    assert desk.changes(before) == []


def test_grants_for_named_pools_are_printed_without_an_account(desk: Desk) -> None:
    desk.write_settings(SETTINGS + 'pools = ["WEB_POOL"]\n')
    (desk.folder / "connections.toml").unlink()
    done = desk.inv("grants")
    assert "GRANT MONITOR ON COMPUTE POOL WEB_POOL TO ROLE METRICS_ROLE;" in done.stdout
    assert "name no pools" not in done.stderr
    inverse = desk.inv("grants", "--inverse").stdout
    words = "GRANT USAGE ON DATABASE SPCS_METRICS TO ROLE METRICS_ROLE"
    assert done.stdout.index(words) < done.stdout.index("GRANT MONITOR ON COMPUTE POOL WEB_POOL")
    back = "REVOKE USAGE ON DATABASE SPCS_METRICS FROM ROLE METRICS_ROLE"
    assert inverse.index("REVOKE MONITOR ON COMPUTE POOL WEB_POOL") < inverse.index(back)
