"""The thing itself is compared, not its label; what somebody else made is left alone, and what a person chose stays."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from inner_accounts import REPOSITORY, SERVICE, SETTINGS, InnerAccount, Room, machine_tag, open_room

from simulator.catalog import Service
from simulator.privileges import ROLE
from simulator.sql import service_views
from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import operations, snapshots, status
from spcsmetrics.deploy.drift import differences, read

NAME = ".".join(SERVICE)
MINE = (
    f"CREATE SERVICE IF NOT EXISTS {NAME} IN COMPUTE POOL SPCS_METRICS_POOL FROM SPECIFICATION"
    " $$spec: {containers: [{name: mine, image: /spcs_metrics/public/images/spcs-oss-otel:1, env: {KEY: hush}}]}$$"
    " MIN_INSTANCES = 1 MAX_INSTANCES = 1 COMMENT = 'SPCS user metrics, or so it says'"
)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    with open_room(tmp_path, monkeypatch) as found:
        found.grant()
        yield found


@pytest.fixture
def deployed(room: Room, capsys: pytest.CaptureFixture[str]) -> Room:
    room.deploy()
    room.statements.clear()
    capsys.readouterr()
    return room


def test_a_change_by_hand_is_shown_field_by_field_and_mended(
    deployed: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = {name: dict(one["env"]) for name, one in deployed.containers.items()}
    deployed.containers["grafana"]["env"] |= {"GF_AUTH_ANONYMOUS_ENABLED": "hush", "GF_SECURITY_ADMIN_USER": "EVE"}
    deployed.containers["otel"]["resources"]["limits"]["cpu"] = "2"
    del deployed.containers["prometheus"]["env"]["SPCS_RETENTION_TIME"]
    deployed.write_settings(SETTINGS + 'administrator = "METRICS_USER"\n')
    deployed.deploy(dry=True)
    printed = capsys.readouterr().out
    assert "--   containers.grafana.env.GF_AUTH_ANONYMOUS_ENABLED: is too many" in printed
    assert "--   containers.grafana.env.GF_SECURITY_ADMIN_USER: another value -> another value" in printed
    assert "--   containers.otel.resources.limits.cpu: 2 -> 1" in printed
    assert "--   containers.prometheus.env.SPCS_RETENTION_TIME: is missing" in printed
    assert "hush" not in printed
    deployed.deploy()
    assert {name: one["env"] for name, one in deployed.containers.items()} == wanted


def test_a_forged_comment_hides_nothing_and_a_lost_one_restarts_nothing(deployed: Room) -> None:
    deployed.containers["prometheus"]["env"]["SPCS_RETENTION_TIME"] = "1d"
    deployed.deploy()
    assert [sql.split(" $$")[0] for sql in deployed.changes()] == [f"ALTER SERVICE {NAME} FROM SPECIFICATION"]
    assert deployed.containers["prometheus"]["env"]["SPCS_RETENTION_TIME"] == "15d"
    deployed.statements.clear()
    deployed.service.comment = "something else"
    deployed.deploy()
    assert [sql.split(" =")[0] for sql in deployed.changes()] == [f"ALTER SERVICE {NAME} SET COMMENT"]


def test_what_the_account_adds_or_writes_otherwise_is_no_difference() -> None:
    wanted = {"spec": {"containers": [{"name": "a", "image": "/x", "resources": {"limits": {"memory": "512Mi"}}}]}}
    shown = read(
        "spec:\n  containers:\n  - name: a\n    image: /x\n    sha256: '@sha256:1'\n    resources:\n      limits:"
        " {memory: 0.5Gi, cpu: 2}\n  logExporters: {}\nserviceRoles: [{name: ALL_ENDPOINTS_USAGE, endpoints: [x]}]\n"
    )
    assert shown is not None
    assert differences(wanted, shown, noted=True) == []


@pytest.mark.parametrize("noted", [True, False])
def test_what_the_account_does_not_show_counts_only_where_nothing_was_noted(*, noted: bool) -> None:
    wanted = {"spec": {"containers": [{"name": "a", "image": "/x", "mountSessionToken": False}]}}
    shown = {"spec": {"containers": [{"name": "a", "image": "/x"}]}}
    assert differences(wanted, shown, noted=noted) == ([] if noted else ["containers.a.mountSessionToken: is missing"])


@pytest.mark.parametrize(
    ("place", "more"),
    [
        ("", {"capabilities": {"securityContext": {"executeAsCaller": True}}}),
        ("container", {"volumeMounts": [{"name": "data", "mountPath": "/all"}]}),
        ("container", {"sessionTokenConfig": {"path": "/token"}}),
        ("endpoint", {"corsSettings": {"Access-Control-Allow-Origin": ["https://example.com"]}}),
    ],
)
def test_what_lets_more_in_or_gives_more_away_is_a_difference(deployed: Room, place: str, more: dict[str, Any]) -> None:
    running = copy.deepcopy(deployed.service.specification)
    grafana, endpoint = running["spec"]["containers"][2], running["spec"]["endpoints"][0]
    {"": running, "container": grafana, "endpoint": endpoint}[place].update(more)
    (field,) = differences(deployed.service.specification, running, noted=True)
    assert field.endswith(f"{next(iter(more))}: is too many")


def test_what_is_off_or_empty_is_no_difference(deployed: Room) -> None:
    running = copy.deepcopy(deployed.service.specification)
    running["capabilities"] = {"securityContext": {"executeAsCaller": False}}
    running["spec"]["containers"][2] |= {"volumeMounts": [], "command": None, "args": []}
    assert differences(deployed.service.specification, running, noted=True) == []


@pytest.mark.parametrize("text", ["", "[", "just words", "a: 1", "spec: 5"])
def test_what_is_no_specification_is_not_shown(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("task", ["deploy", "undeploy", "restore", "backup", "grant-viewer"])
def test_a_service_of_somebody_else_is_never_touched(room: Room, task: str) -> None:
    room.put_images("1")
    room.run_sql(MINE, role=ROLE)
    before = dict(room.service.specification)
    run: Callable[[], None] = {
        "deploy": room.deploy,
        "undeploy": lambda: operations.undeploy(room.path, force=True, yes=True, adopt=False, dry=False),
        "restore": lambda: snapshots.restore(room.path, "X", yes=True, timeout=1, dry=False),
        "backup": lambda: snapshots.back_up(room.path, dry=False),
        "grant-viewer": lambda: operations.grant_viewer(room.path, "ANALYST", dry=False),
    }[task]
    with pytest.raises(UserError) as refused:
        run()
    sentence = str(refused.value)
    assert f"the service {NAME} was not made by this project (its containers: mine): set service to another" in sentence
    assert "undeploy" not in sentence
    assert (room.service.specification, room.changes(), room.pushed) == (before, [], [])


def test_a_service_of_which_nothing_is_seen_is_not_said_to_be_somebody_elses(deployed: Room) -> None:
    deployed.service.suspended, deployed.service.comment = True, ""
    deployed.run_sql(
        "CREATE ROLE IF NOT EXISTS WATCHER",
        "GRANT USAGE ON DATABASE SPCS_METRICS TO ROLE WATCHER",
        "GRANT USAGE ON SCHEMA SPCS_METRICS.PUBLIC TO ROLE WATCHER",
        f"GRANT MONITOR ON SERVICE {NAME} TO ROLE WATCHER",
        "GRANT READ ON IMAGE REPOSITORY SPCS_METRICS.PUBLIC.IMAGES TO ROLE WATCHER",
    )
    deployed.write_settings('role = "WATCHER"\n')
    sentence = f"whether this project made the service {NAME} is not seen.*set role to {ROLE}"
    with pytest.raises(UserError, match=sentence):
        deployed.deploy(dry=True)


def test_a_service_of_somebody_else_is_removed_only_when_asked(room: Room) -> None:
    room.put_images("1")
    room.run_sql(MINE, role=ROLE)
    operations.undeploy(room.path, force=True, yes=True, adopt=True, dry=False)
    assert SERVICE not in room.catalog.services


def test_a_service_of_somebody_else_with_another_volume_cannot_be_taken_over(room: Room) -> None:
    room.put_images("1")
    room.run_sql(MINE, role=ROLE)
    with pytest.raises(UserError) as refused:
        room.deploy(adopt=True)
    assert "cannot be taken over" in str(refused.value)
    assert "undeploy" not in str(refused.value)


def test_a_colleague_restarts_nothing_and_the_administrator_stays(
    deployed: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.write_settings(SETTINGS + 'connection = "colleague"\n')
    deployed.deploy()
    assert deployed.changes() == []
    assert "user OTHER_USER" in capsys.readouterr().err
    deployed.write_settings(SETTINGS + 'connection = "colleague"\nadministrator = "OTHER_USER"\n')
    deployed.deploy()
    assert deployed.containers["grafana"]["env"]["GF_SECURITY_ADMIN_USER"] == "OTHER_USER"


def test_images_that_a_person_chose_stay_until_they_are_replaced(
    deployed: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.put_images("9.9.9", digest="9")
    deployed.upgrade("9.9.9")
    deployed.write_settings(SETTINGS + "retention_days = 3\n")
    capsys.readouterr()
    deployed.deploy()
    assert "The service keeps its images (9.9.9), which were not made on this machine" in capsys.readouterr().err
    assert deployed.containers["otel"]["image"].endswith(":9.9.9")
    assert deployed.containers["prometheus"]["env"]["SPCS_RETENTION_TIME"] == "3d"
    deployed.upgrade()
    assert deployed.containers["otel"]["image"].endswith(f":{machine_tag('otel')}")


def test_images_of_this_machine_are_never_sent_under_a_tag_that_a_person_chose(deployed: Room) -> None:
    deployed.put_images("9.9.9", digest="9")
    deployed.upgrade("9.9.9")
    deployed.pushed.clear()
    deployed.catalog.repositories[REPOSITORY].clear()
    with pytest.raises(UserError, match=r"spcs-oss-otel:9\.9\.9 is not in the image repository"):
        deployed.deploy()
    assert deployed.pushed == []


def test_an_upgrade_to_a_tag_that_is_not_there_names_what_upgrade_has(deployed: Room) -> None:
    with pytest.raises(UserError, match=r"spcs-oss-otel:7\.7\.7 is not in the image repository") as refused:
        deployed.upgrade("7.7.7")
    assert "--pushed" not in str(refused.value)
    assert deployed.changes() == []


@pytest.mark.parametrize("tag", ["a b", "x@sha256:1", "-x"])
def test_an_upgrade_to_what_cannot_be_a_tag_says_so(deployed: Room, tag: str) -> None:
    with pytest.raises(UserError, match=f"tag is '{tag}': write the tag of an image"):
        deployed.upgrade(tag)


def test_an_image_that_has_lost_its_tag_stands_in_the_way_of_nothing(
    deployed: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.catalog.repositories[REPOSITORY]["spcs-oss-otel", ""] = "sha256:old"
    deployed.deploy()
    assert deployed.changes() == []
    status.print_status(deployed.path)
    assert "spcs-oss-otel: " not in capsys.readouterr().err


def test_the_way_out_is_opened_before_what_needs_it_and_closed_after(deployed: Room) -> None:
    deployed.run_sql(
        "CREATE EXTERNAL ACCESS INTEGRATION HOOKS ALLOWED_NETWORK_RULES = (D.S.R) ENABLED = TRUE",
        f"GRANT USAGE ON INTEGRATION HOOKS TO ROLE {ROLE}",
    )
    deployed.write_settings(
        SETTINGS + 'external_access_integrations = ["HOOKS"]\n[environment]\nGF_LOG_LEVEL = "debug"\n'
    )
    deployed.deploy()
    deployed.write_settings(SETTINGS)
    deployed.deploy()
    assert [sql.removeprefix(f"ALTER SERVICE {NAME} ").split(" ")[:2] for sql in deployed.changes()] == [
        ["SET", "EXTERNAL_ACCESS_INTEGRATIONS"],
        ["FROM", "SPECIFICATION"],
        ["SET", "COMMENT"],
        ["FROM", "SPECIFICATION"],
        ["UNSET", "EXTERNAL_ACCESS_INTEGRATIONS"],
        ["SET", "COMMENT"],
    ]


def test_an_account_that_shows_what_it_was_sent_otherwise_is_not_taken_for_somebody_else(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_shown = service_views._as_shown

    def show(service: Service) -> dict[str, Any]:
        shown = as_shown(service)
        shown["spec"]["containers"][0]["env"] |= {"ADDED_BY_THE_ACCOUNT": "1"}
        return shown

    monkeypatch.setattr(service_views, "_as_shown", show)
    with pytest.raises(UserError, match=r"env\.ADDED_BY_THE_ACCOUNT: is too many.*or the account shows"):
        room.deploy()


def test_two_who_deploy_at_once_do_not_both_hear_that_all_is_well(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other's service is there by the time that ours would be created."""
    mine, first = InnerAccount.execute, True

    def execute(account: InnerAccount, sql: str) -> object:
        nonlocal first
        if sql.startswith("CREATE SERVICE") and first:
            first = False
            room.run_sql(sql.replace('"15d"', '"2d"'), role=ROLE)
        return mine(account, sql)

    monkeypatch.setattr(InnerAccount, "execute", execute)
    with pytest.raises(UserError, match="somebody else changed it meanwhile"):
        room.deploy()
    room.deploy()
    assert room.containers["prometheus"]["env"]["SPCS_RETENTION_TIME"] == "15d"
