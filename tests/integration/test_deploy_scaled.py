"""A deployment of shards, replicas and a view: made, grown, shrunk, and told from what is somebody else's."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from inner_accounts import SETTINGS, InnerAccount, Room, open_room, planned
from scaled_rooms import NAME, is_ready, names, one, reach, short, want

from simulator.privileges import ADMINISTRATOR, ROLE
from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import operations
from spcsmetrics.deploy.certificates import PARTS

FOREIGN = (
    "CREATE SERVICE IF NOT EXISTS {name} IN COMPUTE POOL SPCS_METRICS_POOL FROM SPECIFICATION"
    " $$spec: {{containers: [{{name: mine, image: /spcs_metrics/public/images/spcs-oss-otel:1}}],"
    " volumes: [{{name: data, source: block, size: 25Gi}}]}}$$ MIN_INSTANCES = 1 MAX_INSTANCES = 1"
    " COMMENT = 'SPCS user metrics 0.1.0, deployment SPCS_METRICS, {part}, specification 0'"
)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    with open_room(tmp_path, monkeypatch) as found:
        yield found


def test_two_by_two_then_three_by_one_then_one_pair(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    for (shards, replicas), wanted in {
        (2, 2): {"", "_0_B", "_1", "_1_B", "_VIEW"},
        (3, 1): {"", "_1", "_2", "_VIEW"},
        (1, 1): {""},
    }.items():
        assert reach(room, shards, replicas)
        assert names(room) == wanted
        assert is_ready(room)
        assert room.catalog.fleet.pools["SPCS_METRICS_POOL"].least == len(wanted)
        room.statements.clear()
        capsys.readouterr()
        room.deploy()
        assert room.changes() == []
        printed = capsys.readouterr()
        assert "nothing was sent" in printed.err
        assert printed.out.startswith(f"https://spcsmetrics{'view' if shards > 1 else ''}-simulated.")
    assert room.catalog.secrets == {}


def test_any_shape_leads_to_any_other_and_the_first_volume_stays_in_use(room: Room) -> None:
    reach(room, 1, 1)
    held = one(room).data
    for shards, replicas in ((1, 2), (2, 1), (4, 2), (1, 2), (3, 2), (3, 1), (6, 2), (1, 1)):
        assert reach(room, shards, replicas)
        count = 1 if shards == replicas == 1 else shards * replicas + 1
        assert len(room.catalog.services) == count
        assert is_ready(room)
        assert one(room).data == held
        assert reach(room, shards, replicas) == []


def test_who_loses_the_boards_as_they_move_is_said_before(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    reach(room, 1, 1)
    room.run_sql(f"GRANT SERVICE ROLE {NAME}!viewer TO ROLE PUBLIC", role=ROLE)
    want(room, 2, 1)
    capsys.readouterr()
    room.deploy(dry=True)
    said = " ".join(capsys.readouterr().err.split())
    assert f"The boards move from {NAME} to {NAME}_VIEW, which has another URL." in said
    assert (
        f"PUBLIC can open the boards by {NAME}!viewer alone, which goes: add them to viewers in the settings." in said
    )


def test_a_pair_grows_without_a_moment_in_which_nobody_watches_a_pool_and_keeps_its_volume(room: Room) -> None:
    reach(room, 1, 1)
    held = one(room).data
    sent = reach(room, 2, 1)
    assert sent == [
        *(f"CREATE SECRET X_TLS_{part}" for part in PARTS),
        "ALTER COMPUTE POOL SPCS_METRICS_POOL SET MIN_NODES = 3 MAX_NODES = 3",
        "CREATE SERVICE X_1",
        "ALTER SERVICE X",
        "ALTER SERVICE X SET",
        "CREATE SERVICE X_VIEW",
        "GRANT SERVICE ROLE X_VIEW!viewer TO ROLE ANALYST",
        "ALTER SERVICE X_VIEW",
    ]
    assert one(room).data == held
    assert [pushed for pushed in room.pushed if "thanos" in pushed], "the image of sidecars and query comes along"
    addresses = next(word for word in one(room, "_VIEW").containers[0]["args"] if "sd-config" in word)
    for name in ("spcs-metrics", "spcs-metrics-1"):
        assert re.search(rf'"{name}\.[0-9a-f]+\.svc\.spcs\.internal:10901"', addresses)


@pytest.mark.parametrize(
    ("begin", "end", "touched", "runs"),
    [
        ((1, 1), (2, 1), "ALTER SERVICE X", ["_1"]),
        ((1, 1), (2, 1), "CREATE SERVICE X_VIEW", ["", "_1"]),
        ((2, 1), (1, 1), "DROP SERVICE X_1 FORCE", [""]),
        ((2, 2), (2, 1), "DROP SERVICE X_1_B FORCE", ["", "_1", "_VIEW"]),
    ],
)
def test_services_run_before_the_next_is_touched(
    room: Room,
    monkeypatch: pytest.MonkeyPatch,
    begin: tuple[int, int],
    end: tuple[int, int],
    touched: str,
    runs: list[str],
) -> None:
    reach(room, *begin)
    room.catalog.delay = 0.2
    execute, seen = InnerAccount.execute, []

    def look(account: InnerAccount, sql: str) -> object:
        if short(" ".join(sql.split())) == touched:
            seen.append([room.catalog.state(one(room, suffix)) for suffix in runs])
        return execute(account, sql)

    monkeypatch.setattr(InnerAccount, "execute", look)
    reach(room, *end)
    assert seen[0] == ["READY"] * len(runs)


def test_back_to_one_pair_it_watches_all_before_the_others_go_with_a_snapshot_each(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    reach(room, 2, 1)
    held = {suffix: one(room, suffix).data for suffix in ("", "_1")}
    capsys.readouterr()
    sent = reach(room, 1, 1)
    printed = capsys.readouterr().err
    assert sent == [
        "ALTER SERVICE X",
        "ALTER SERVICE X SET",
        "GRANT SERVICE ROLE X!viewer TO ROLE ANALYST",
        "ALTER SERVICE X",
        "ALTER SERVICE X_1 SET",
        'CREATE SNAPSHOT X_1_NOW FROM SERVICE X_1 VOLUME "data" INSTANCE 0',
        "DROP SERVICE X_VIEW FORCE",
        "DROP SERVICE X_1 FORCE",
        *(f"DROP SECRET IF EXISTS X_TLS_{part}" for part in sorted(PARTS)),
        "ALTER COMPUTE POOL SPCS_METRICS_POOL SET MIN_NODES = 1 MAX_NODES = 3",
    ]
    assert one(room).data == held[""]
    (kept,) = [data for name, data in room.catalog.snapshots.items() if name[2].startswith("SPCS_METRICS_1_2")]
    assert kept == held["_1"]
    said = f"- {NAME}_1 goes: its metrics are kept as a snapshot, which is billed until it is dropped"
    assert said in printed
    assert printed.index(said) < printed.index("Change the specification"), "said before it is done"


def test_with_replicas_the_second_ones_change_after_the_first_and_the_view(room: Room) -> None:
    reach(room, 2, 2)
    room.put_images("9.9.9", digest="9")
    room.statements.clear()
    room.upgrade("9.9.9")
    changed = [short(sql).split()[2] for sql in room.changes() if sql.startswith("ALTER SERVICE")]
    assert list(dict.fromkeys(changed)) == ["X", "X_1", "X_VIEW", "X_0_B", "X_1_B"]


def test_images_that_a_person_chose_stay_as_a_pair_grows(room: Room) -> None:
    room.grant()
    room.put_images("9.9.9", digest="9")
    room.write_settings(SETTINGS + 'tag = "9.9.9"\n')
    room.deploy(pushed=True)
    reach(room, 2, 1)
    assert all(
        part["image"].endswith(":9.9.9") for suffix in ("", "_1", "_VIEW") for part in one(room, suffix).containers
    )


def test_the_plan_is_what_is_sent_but_for_what_secrets_hold(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    want(room, 2, 2)
    capsys.readouterr()
    room.deploy(dry=True)
    plan = planned(capsys.readouterr().out)
    assert room.changes() == []
    sent = reach(room, 2, 2)
    assert [*(short(sql) for sql in plan if not sql.startswith("Push")), "ALTER SERVICE X_VIEW"] == sent


def test_a_refused_secret_is_explained_without_what_it_holds_and_before_it_costs(room: Room) -> None:
    reach(room, 1, 1)
    want(room, 2, 1)
    room.run_sql(f"REVOKE CREATE SECRET ON SCHEMA SPCS_METRICS.PUBLIC FROM ROLE {ROLE}")
    with pytest.raises(UserError, match=r"CREATE SECRET is missing.*inv grants") as refused:
        room.deploy()
    assert "BEGIN" not in str(refused.value)
    assert names(room) == {""}
    assert room.catalog.fleet.pools["SPCS_METRICS_POOL"].least == 1


def test_a_service_whose_metrics_cannot_be_kept_stays(room: Room) -> None:
    reach(room, 2, 1)
    want(room, 1, 1)
    room.run_sql(f"REVOKE CREATE SNAPSHOT ON SCHEMA SPCS_METRICS.PUBLIC FROM ROLE {ROLE}")
    with pytest.raises(UserError, match="CREATE SNAPSHOT is missing"):
        room.deploy()
    assert names(room) == {"", "_1", "_VIEW"}
    reach(room, 1, 1)
    assert names(room) == {""}


def test_a_pool_that_the_role_may_not_change_is_explained(room: Room) -> None:
    reach(room, 1, 1)
    want(room, 2, 1)
    room.run_sql(f"REVOKE MODIFY ON COMPUTE POOL SPCS_METRICS_POOL FROM ROLE {ROLE}")
    with pytest.raises(UserError, match=r"MODIFY is missing.*\./inv grants"):
        room.deploy()
    assert names(room) == {""}


def test_a_service_of_somebody_else_under_a_shards_name_is_refused_before_anything_is_sent(room: Room) -> None:
    want(room, 2, 1)
    room.put_images("1", ("otel",))
    room.run_sql(FOREIGN.format(name=f"{NAME}_1", part="shard 1 of 2, replica a"), role=ROLE)
    room.statements.clear()
    with pytest.raises(UserError, match=r"SPCS_METRICS_1 was not made by this project \(its containers: mine\)"):
        room.deploy()
    assert room.changes() == []


@pytest.mark.parametrize("comment", [None, "", "mine"])
def test_a_service_whose_comment_is_lost_is_known_by_what_it_uses(room: Room, comment: str | None) -> None:
    reach(room, 2, 2)
    for suffix in ("_1_B", "_VIEW"):
        one(room, suffix).comment = comment
    reach(room, 1, 1)
    assert names(room) == {""}
    assert [name for name in room.catalog.snapshots if name[2].startswith("SPCS_METRICS_1_B_2")]


def test_a_service_that_only_says_to_be_of_the_deployment_is_never_dropped(room: Room) -> None:
    reach(room, 1, 1)
    room.put_images("1", ("otel",))
    room.run_sql(FOREIGN.format(name=f"{NAME}_9", part="shard 9 of 9, replica a"), role=ROLE)
    assert reach(room, 1, 1) == []
    assert names(room) == {"", "_9"}


def test_two_deployments_in_one_schema_leave_each_other_alone(room: Room) -> None:
    reach(room, 2, 1)
    room.run_sql(
        "CREATE COMPUTE POOL IF NOT EXISTS OTHER_POOL MIN_NODES = 1 MAX_NODES = 1 INSTANCE_FAMILY = CPU_X64_XS"
    )
    other = 'service = "OTHER"\ncompute_pool = "OTHER_POOL"\n'
    want(room, 2, 1, other)
    room.deploy()
    assert len(room.catalog.services) == 6
    assert len(room.catalog.secrets) == 2 * len(PARTS)
    want(room, 1, 1, other)
    room.deploy()
    assert len(room.catalog.services) == 4
    assert reach(room, 2, 1) == []


@pytest.mark.parametrize(("shards", "wanted"), [(1, "SPCS_METRICS"), (2, "SPCS_METRICS_1")])
def test_a_part_of_one_deployment_is_never_changed_into_one_of_another(room: Room, shards: int, wanted: str) -> None:
    """A pair may have the name of another deployment's shard, and a shard that of a pair."""
    want(room, shards, 1, f'service = "{"SPCS_METRICS_1" if shards == 1 else "SPCS_METRICS"}"\n')
    room.deploy()
    room.statements.clear()
    want(room, 3 - shards, 1, f'service = "{wanted}"\n')
    sentence = rf"SPCS_METRICS_1 is of the deployment SPCS_METRICS{'_1' if shards == 1 else ''}: set service to"
    with pytest.raises(UserError, match=sentence):
        room.deploy()
    with pytest.raises(UserError, match=sentence):
        operations.undeploy(room.path, force=True, yes=True, adopt=False, dry=False)
    assert room.changes() == []


def test_a_pool_whose_nodes_follow_another_deployment_is_refused(room: Room) -> None:
    reach(room, 2, 1)
    want(room, 2, 1, 'service = "OTHER"\n')
    with pytest.raises(UserError, match=r"follow another deployment .*: set compute_pool to another"):
        room.deploy()


def test_what_runs_is_compared_in_every_service(room: Room) -> None:
    reach(room, 2, 1)
    one(room, "_1").containers[2]["args"].append("--log.level=debug")
    one(room, "_VIEW").containers[0]["args"].remove("--no-query.partial-response")
    assert reach(room, 2, 1) == ["ALTER SERVICE X_1", "ALTER SERVICE X_VIEW"]
    assert "--no-query.partial-response" in one(room, "_VIEW").containers[0]["args"]


def test_a_service_that_stands_still_or_is_gone_is_back_after_a_deploy(room: Room) -> None:
    reach(room, 2, 2)
    one(room, "_1").suspended = True
    room.run_sql(f"DROP SERVICE {NAME}_0_B FORCE", role=ADMINISTRATOR)
    assert reach(room, 2, 2) == ["CREATE SERVICE X_0_B", "ALTER SERVICE X_1 RESUME"]
    assert is_ready(room)
