"""The doctor reads settings and connection, says what it cannot see from outside, and runs as a job inside."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inner_accounts import SERVICE, SETTINGS, InnerAccount, Room, open_room

from simulator.privileges import ROLE
from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import doctor
from spcsmetrics.deploy.refusals import explain
from spcsmetrics.deploy.specification import validate

JOB = (*SERVICE[:2], "SPCS_METRICS_DOCTOR")
NAME = ".".join(JOB)
BROKEN = "something is wrong: the report says what"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Room]:
    with open_room(tmp_path, monkeypatch) as found:
        found.grant()
        found.deploy()
        found.statements.clear()
        capsys.readouterr()
        yield found


@pytest.fixture
def printed(room: Room, capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    return capsys


def examine(room: Room, *pools: str, as_json: bool = False) -> None:
    doctor.examine(room.path, pools, as_json=as_json, dry=False)


def examine_inside(room: Room, *pools: str, timeout: int = 3, **options: Any) -> None:
    doctor.examine_inside(room.path, pools, timeout=timeout, **{"as_json": False, "dry": False, **options})


def test_from_outside_no_pool_is_called_broken_for_what_is_not_seen(
    room: Room, printed: pytest.CaptureFixture[str]
) -> None:
    examine(room)
    out, err = printed.readouterr()
    verdicts = {line.split()[0]: line.split()[-1] for line in out.splitlines()[1:4]}
    assert verdicts == {"WEB_POOL": "unknown", "BATCH_POOL": "unknown", "SPCS_METRICS_POOL": "inactive"}
    assert "Not seen from outside the account: whether the nodes are in its DNS" in err
    assert "./inv doctor --in-account" in err
    assert f"role {ROLE}, connection default; settings: {room.path}" in err
    assert room.changes() == []


def test_what_is_seen_to_be_wrong_comes_with_its_sql(room: Room, printed: pytest.CaptureFixture[str]) -> None:
    room.catalog.fleet.pools["WEB_POOL"].privilege = "USAGE"
    room.catalog.fleet.pools["BATCH_POOL"].state = "SUSPENDED"
    room.catalog.fleet.pools["BATCH_POOL"].nodes.clear()
    with pytest.raises(UserError, match=BROKEN):
        examine(room, "other_pool")
    assert printed.readouterr().out.count("OTHER_POOL") == 3
    room.write_settings(SETTINGS + 'pools = ["WEB_POOL", "BATCH_POOL"]\n')
    with pytest.raises(UserError, match=BROKEN):
        examine(room, as_json=True)
    found = json.loads(printed.readouterr().out)
    pools = {pool["name"]: pool for pool in found["pools"]}
    assert set(pools) == {"WEB_POOL", "BATCH_POOL"}, "the settings say which are watched"
    assert pools["WEB_POOL"]["fix"] == f"GRANT MONITOR ON COMPUTE POOL WEB_POOL TO ROLE {ROLE};"
    assert (pools["BATCH_POOL"]["verdict"], pools["BATCH_POOL"]["fix"]) == (
        "inactive",
        "ALTER COMPUTE POOL BATCH_POOL RESUME;",
    )
    assert "--in-account" in found["unseen"]
    room.run_sql(*(pool["fix"].rstrip(";") for pool in pools.values() if pool["fix"].startswith("GRANT")))
    examine(room)


def test_a_privilege_that_another_role_brings_counts(room: Room, printed: pytest.CaptureFixture[str]) -> None:
    room.catalog.fleet.pools["WEB_POOL"].privilege = ""
    room.run_sql(
        "CREATE ROLE IF NOT EXISTS WATCHERS",
        "GRANT USAGE ON COMPUTE POOL WEB_POOL TO ROLE WATCHERS",
        "GRANT MONITOR ON COMPUTE POOL WEB_POOL TO ROLE WATCHERS",
        f"GRANT ROLE WATCHERS TO ROLE {ROLE}",
    )
    examine(room)
    line = next(one for one in printed.readouterr().out.splitlines() if one.startswith("WEB_POOL"))
    assert line.split() == ["WEB_POOL", "ACTIVE", "MONITOR", "1", "unknown"]


def test_another_role_whose_grants_are_hidden_ends_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch, printed: pytest.CaptureFixture[str]
) -> None:
    execute = InnerAccount.execute

    def hide(account: InnerAccount, sql: str) -> object:
        if sql == "SHOW GRANTS TO ROLE PUBLIC":
            raise explain(sql, 3001, "Insufficient privileges")
        return execute(account, sql)

    monkeypatch.setattr(InnerAccount, "execute", hide)
    examine(room)
    assert "WEB_POOL" in printed.readouterr().out


def test_all_that_the_role_lacks_is_printed_for_an_administrator(
    room: Room, printed: pytest.CaptureFixture[str]
) -> None:
    room.run_sql(
        "CREATE DATABASE IF NOT EXISTS VAULT",
        "CREATE SCHEMA IF NOT EXISTS VAULT.KEYS",
        "CREATE SECRET VAULT.KEYS.URL TYPE = GENERIC_STRING SECRET_STRING = 'x'",
        f"REVOKE CREATE SNAPSHOT ON SCHEMA SPCS_METRICS.PUBLIC FROM ROLE {ROLE}",
    )
    room.write_settings(SETTINGS + 'notification = "webhook"\n[secrets]\nSPCS_WEBHOOK_URL = "VAULT.KEYS.URL"\n')
    examine(room)
    out = printed.readouterr().out
    granted = [line.rstrip(";") for line in out.splitlines() if line.startswith("GRANT")]
    assert granted == [
        f"GRANT CREATE SNAPSHOT ON SCHEMA SPCS_METRICS.PUBLIC TO ROLE {ROLE}",
        f"GRANT USAGE ON DATABASE VAULT TO ROLE {ROLE}",
        f"GRANT USAGE ON SCHEMA VAULT.KEYS TO ROLE {ROLE}",
        f"GRANT READ ON SECRET VAULT.KEYS.URL TO ROLE {ROLE}",
    ]
    room.run_sql(*granted)
    examine(room)
    assert "GRANT" not in printed.readouterr().out


def test_inside_the_report_is_that_of_a_job_which_is_gone_afterwards(
    room: Room, printed: pytest.CaptureFixture[str]
) -> None:
    room.write_settings(SETTINGS + 'pools = ["WEB_POOL"]\n')
    room.catalog.fleet.pools["SPCS_METRICS_POOL"].state = "ACTIVE"
    examine_inside(room, "BATCH_POOL")
    out = printed.readouterr().out
    assert f"role {ROLE}" in out
    assert "WEB_POOL  ACTIVE  1 nodes  ok" in out
    first, last = room.changes()
    assert first.startswith(
        f"EXECUTE JOB SERVICE IN COMPUTE POOL SPCS_METRICS_POOL NAME = {NAME} ASYNC = TRUE COMMENT = 'SPCS user metrics"
    )
    sent = json.loads(first.split("$$")[1])
    validate(sent)
    (container,) = sent["spec"]["containers"]
    assert container["image"] == room.containers["otel"]["image"], "the collector that is deployed"
    assert (container["command"], container["args"]) == (["/spcs-doctor"], ["--pools=WEB_POOL,BATCH_POOL"])
    assert last == f"DROP SERVICE IF EXISTS {NAME}"
    assert set(room.catalog.services) == {SERVICE}


def test_inside_applications_are_examined_as_the_settings_have_them(
    room: Room, printed: pytest.CaptureFixture[str]
) -> None:
    room.catalog.fleet.pools["SPCS_METRICS_POOL"].state = "ACTIVE"
    settings = Path(room.path)
    settings.write_text(
        settings.read_text() + 'applications = true\nservices = ["DB.AI.LLM", "DB.AI.OLD:9090/metrics"]\n'
    )
    examine_inside(room, "WEB_POOL")
    (container,) = json.loads(room.changes()[0].split("$$")[1])["spec"]["containers"]
    assert container["args"][-2:] == ["--applications", "--services=DB.AI.OLD:9090/metrics"]


@pytest.mark.parametrize(("pool", "listed"), [("nope", False), ("web_pool", True)])
def test_inside_a_pool_that_is_asked_for_and_not_listed_is_broken(
    room: Room, printed: pytest.CaptureFixture[str], pool: str, listed: bool
) -> None:
    room.catalog.fleet.pools["SPCS_METRICS_POOL"].state = "ACTIVE"
    with contextlib.nullcontext() if listed else pytest.raises(UserError, match=BROKEN):
        examine_inside(room, pool)
    assert (f"{pool}  broken  the account does not list it" in printed.readouterr().out) is not listed


def test_inside_a_broken_pool_ends_with_the_report_and_a_failure(
    room: Room, printed: pytest.CaptureFixture[str]
) -> None:
    room.catalog.fleet.pools["WEB_POOL"].privilege = "USAGE"
    with pytest.raises(UserError, match=BROKEN):
        examine_inside(room, as_json=True)
    assert "WEB_POOL  ACTIVE  1 nodes  broken" in printed.readouterr().out
    assert set(room.catalog.services) == {SERVICE}


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("image-pull", "did not end within 0 s: doctor is PENDING (Failed to pull image)"),
        ("never-ready", "did not end within 0 s: doctor is READY (Running)"),
    ],
)
def test_a_job_that_does_not_end_is_explained_and_removed(room: Room, fault: str, sentence: str) -> None:
    room.catalog.faults.service = fault
    with pytest.raises(UserError) as refused:
        examine_inside(room, timeout=0)
    assert sentence in str(refused.value)
    assert set(room.catalog.services) == {SERVICE}


def test_a_job_whose_lines_are_gone_is_said_and_removed(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    execute = InnerAccount.execute

    def forget(account: InnerAccount, sql: str) -> object:
        if "SYSTEM$GET_SERVICE_LOGS" in sql:
            raise explain("SELECT", 395014, "Container doctor does not exist")
        return execute(account, sql)

    monkeypatch.setattr(InnerAccount, "execute", forget)
    with pytest.raises(UserError, match=r"is DONE, and the account has nothing that it printed: .*does not exist"):
        examine_inside(room)
    assert set(room.catalog.services) == {SERVICE}


def test_ctrl_c_removes_the_job_also_while_it_waits(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: float) -> None:
        assert JOB in room.catalog.services
        raise KeyboardInterrupt

    room.catalog.faults.service = "never-ready"
    monkeypatch.setattr("spcsmetrics.deploy.jobs.time.sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        examine_inside(room)
    assert set(room.catalog.services) == {SERVICE}


@pytest.mark.parametrize("fault", ["", "never-ready"])
def test_a_job_that_cannot_be_removed_is_named_with_what_removes_it(
    room: Room, monkeypatch: pytest.MonkeyPatch, printed: pytest.CaptureFixture[str], fault: str
) -> None:
    execute = InnerAccount.execute

    def refuse(account: InnerAccount, sql: str) -> object:
        if sql.startswith("DROP"):
            raise explain("DROP SERVICE", 250001, "Could not connect")
        return execute(account, sql)

    room.catalog.faults.service = fault or None
    with monkeypatch.context() as broken:
        broken.setattr(InnerAccount, "execute", refuse)
        with pytest.raises(UserError) as refused:
            examine_inside(room, timeout=0)
    said = str(refused.value) + printed.readouterr().err
    assert f"the job {NAME} may still be there (" in said
    assert f"run DROP SERVICE IF EXISTS {NAME}" in said
    room.catalog.faults.service = None
    examine_inside(room)
    assert set(room.catalog.services) == {SERVICE}, "the next run removes it"


def test_a_service_of_the_jobs_name_is_left_alone(room: Room) -> None:
    room.run_sql(
        f"CREATE SERVICE IF NOT EXISTS {NAME} IN COMPUTE POOL SPCS_METRICS_POOL FROM SPECIFICATION"
        f" $${json.dumps({'spec': {'containers': [{'name': 'a', 'image': room.containers['otel']['image']}]}})}$$"
        " MIN_INSTANCES = 1 MAX_INSTANCES = 1 COMMENT = 'SPCS user metrics'",
        role=ROLE,
    )
    with pytest.raises(UserError, match="a service of that name that this project did not make is there"):
        examine_inside(room)
    assert JOB in room.catalog.services


def test_without_a_service_or_with_another_role_nothing_runs(room: Room) -> None:
    room.service.owner = "OTHER_ROLE"
    with pytest.raises(UserError, match=r"runs with the role OTHER_ROLE, .*: set role to OTHER_ROLE"):
        examine_inside(room)
    room.catalog.services.clear()
    with pytest.raises(UserError, match=r"whose image and role the doctor could take: run \./inv deploy"):
        examine_inside(room)
    assert room.changes() == []


def test_the_plan_of_a_job_shows_its_statements_and_runs_nothing(
    room: Room, printed: pytest.CaptureFixture[str]
) -> None:
    examine_inside(room, dry=True)
    out = printed.readouterr().out
    assert "EXECUTE JOB SERVICE" in out
    assert f"DROP SERVICE IF EXISTS {NAME}" in out
    assert room.changes() == []
