"""Status, logs, backups, restores, removal and the doctor know every service of a deployment."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inner_accounts import Room, open_room
from scaled_rooms import NAME, is_ready, names, one, reach, short, want

from simulator.privileges import ADMINISTRATOR, ROLE
from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import doctor, operations, snapshots, status

SHARDS = ("", "_0_B", "_1", "_1_B")


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Room]:
    with open_room(tmp_path, monkeypatch) as found:
        reach(found, 2, 2)
        found.statements.clear()
        capsys.readouterr()
        yield found


@pytest.fixture
def printed(room: Room, capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    return capsys


def changes(room: Room) -> list[str]:
    return [short(sql) for sql in room.changes()]


def test_the_status_has_every_service_its_containers_and_the_end_of_the_certificates(
    room: Room, printed: pytest.CaptureFixture[str]
) -> None:
    status.print_status(room.path)
    text = " ".join(printed.readouterr().err.split())
    for suffix in SHARDS:
        assert f"{NAME}{suffix} is RUNNING in SPCS_METRICS_POOL: private" in text
    assert f"{NAME}_VIEW is RUNNING in SPCS_METRICS_POOL: https://spcsmetricsview-simulated" in text
    assert text.count("spcs-oss-thanos:") == len(SHARDS) + 1
    assert "The certificates between the services are valid until 2028-" in text
    assert changes(room) == []


@pytest.mark.parametrize(
    ("container", "service"),
    [("otel", ""), ("grafana", ""), ("thanos", "spcs_metrics_view"), ("prometheus", "SPCS_METRICS_1_B")],
)
def test_logs_are_those_of_the_first_service_that_has_the_container_or_of_one_that_is_named(
    room: Room, printed: pytest.CaptureFixture[str], container: str, service: str
) -> None:
    operations.print_logs(room.path, container, 1, service)
    assert printed.readouterr().out == f"{container}: line 1\n"
    (asked,) = [sql for sql in room.statements if "GET_SERVICE_LOGS" in sql]
    wanted = {"": {"otel": NAME, "grafana": f"{NAME}_VIEW"}.get(container, "")}
    assert f"'{wanted.get(service, f'SPCS_METRICS.PUBLIC.{service.upper()}')}'" in asked


def test_logs_of_what_is_not_there_are_refused_with_what_is(room: Room) -> None:
    with pytest.raises(UserError, match="write one of SPCS_METRICS, SPCS_METRICS_0_B, SPCS_METRICS_1"):
        operations.print_logs(room.path, "otel", 1, "SPCS_METRICS_7")
    with pytest.raises(UserError, match="write one of thanos, grafana"):
        operations.print_logs(room.path, "otel", 1, "SPCS_METRICS_VIEW")


def test_a_backup_keeps_every_volume_and_a_restore_puts_each_back_into_its_own_service(
    room: Room, printed: pytest.CaptureFixture[str]
) -> None:
    held = {suffix: one(room, suffix).data for suffix in SHARDS}
    snapshots.back_up(room.path, dry=False)
    taken = printed.readouterr().out.split()
    assert len(taken) == len(SHARDS)
    for suffix in SHARDS:
        one(room, suffix).data = "newer"
    room.catalog.visited = True
    target = next(name for name in taken if name.startswith(f"{NAME}_1_B_2"))
    snapshots.restore(room.path, target, yes=True, timeout=3, dry=False)
    assert {suffix: one(room, suffix).data for suffix in SHARDS} == {
        **dict.fromkeys(SHARDS, "newer"),
        "_1_B": held["_1_B"],
    }
    assert is_ready(room)
    assert printed.readouterr().out == "", "a shard has no address to print"
    room.statements.clear()
    room.deploy()
    assert changes(room) == []


def test_a_snapshot_of_a_service_that_went_is_not_put_into_another(
    room: Room, printed: pytest.CaptureFixture[str]
) -> None:
    reach(room, 3, 1)
    kept = next(name[2] for name in room.catalog.snapshots if name[2].startswith("SPCS_METRICS_0_B_2"))
    room.statements.clear()
    with pytest.raises(UserError, match="is of SPCS_METRICS_0_B, which is not a service of this deployment"):
        snapshots.restore(room.path, kept, yes=True, timeout=3, dry=False)
    assert changes(room) == []
    reach(room, 3, 2)
    snapshots.restore(room.path, kept, yes=True, timeout=3, dry=False)
    assert "Restore the volume" in printed.readouterr().err


def test_a_removal_takes_all_services_and_certificates_and_nothing_of_others(
    room: Room, printed: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UserError, match="add --force"):
        operations.undeploy(room.path, force=False, yes=True, adopt=False, dry=False)
    operations.undeploy(room.path, force=True, yes=True, adopt=False, dry=True)
    assert changes(room) == []
    operations.undeploy(room.path, force=True, yes=True, adopt=False, dry=False)
    assert changes(room)[0] == "DROP SERVICE X_VIEW FORCE", "the view needs the others"
    assert (names(room), room.catalog.secrets) == (set(), {})
    assert len(room.catalog.snapshots) == len(SHARDS), "the account keeps the volumes for some days"
    printed.readouterr()
    operations.undeploy(room.path, force=True, yes=True, adopt=False, dry=False)
    assert f"Nothing is left of the service {NAME}" in printed.readouterr().err


def test_a_viewer_is_let_into_the_view(room: Room) -> None:
    operations.grant_viewer(room.path, "public", dry=False)
    assert changes(room) == ["GRANT SERVICE ROLE X_VIEW!viewer TO ROLE PUBLIC"]


def examine(room: Room) -> None:
    doctor.examine(room.path, [], as_json=False, dry=False)


def test_the_doctor_says_which_shard_watches_a_pool_and_finds_the_services_well(
    room: Room, printed: pytest.CaptureFixture[str]
) -> None:
    examine(room)
    lines = printed.readouterr().out.splitlines()
    assert lines[0].split() == ["POOL", "STATE", "PRIVILEGE", "NODES", "SHARD", "VERDICT"]
    assert {line.split()[0]: line.split()[-2] for line in lines[1:3]} == {"WEB_POOL": "1", "BATCH_POOL": "0"}


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            lambda room: room.run_sql(f"DROP SERVICE {NAME}_1_B FORCE", role=ADMINISTRATOR),
            "SPCS_METRICS_1_B (shard 1 of 2, replica b) is missing, or the role does not see it: run ./inv deploy",
        ),
        (
            lambda room: room.run_sql(f"ALTER SERVICE {NAME}_VIEW SUSPEND", role=ROLE),
            "SPCS_METRICS_VIEW (view) is SUSPENDED: ./inv status shows its containers",
        ),
        (
            lambda room: want(room, 2, 1),
            "SPCS_METRICS_1_B is a service of this deployment that the settings no longer want: run ./inv deploy",
        ),
    ],
)
def test_the_doctor_says_what_is_wrong_with_the_services(
    room: Room, printed: pytest.CaptureFixture[str], spoil: object, sentence: str
) -> None:
    assert callable(spoil)
    spoil(room)
    with pytest.raises(UserError, match="something is wrong"):
        examine(room)
    assert sentence in printed.readouterr().out


def test_the_doctor_inside_runs_the_collector_of_the_first_shard(room: Room) -> None:
    room.catalog.fleet.pools["SPCS_METRICS_POOL"].state = "ACTIVE"
    doctor.examine_inside(room.path, [], as_json=False, timeout=3, dry=False)
    assert f'"image": "{one(room).containers[0]["image"]}"' in room.changes()[0]
    assert len(room.catalog.services) == len(SHARDS) + 1
