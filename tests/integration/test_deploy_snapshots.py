"""Metrics are put back while boards are open, and what stands still afterwards is said."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from inner_accounts import SERVICE, InnerAccount, Room, open_room

from simulator.privileges import ROLE
from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import drift, operations, snapshots, status
from spcsmetrics.deploy.refusals import explain

NAME = ".".join(SERVICE)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    with open_room(tmp_path, monkeypatch) as found:
        found.grant()
        found.deploy()
        yield found


@pytest.fixture
def saved(room: Room, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    snapshots.back_up(room.path, dry=False)
    printed = capsys.readouterr()
    assert "billed as block storage until it is dropped" in printed.err
    room.statements.clear()
    return printed.out.strip()


def restore(room: Room, snapshot: str) -> None:
    snapshots.restore(room.path, snapshot, yes=True, timeout=3, dry=False)


def kept(room: Room) -> list[tuple[str, ...]]:
    return [name for name in room.catalog.snapshots if name[2].startswith("SYS_BACKUP_ON_DELETE")]


def break_at(monkeypatch: pytest.MonkeyPatch, *words: str, error: BaseException | None = None, after: str = "") -> None:
    """Refuse statements with any of these words, as a connection that is gone would, or as another error does.

    With after they are refused once a statement with that word was sent.
    """
    execute, seen = InnerAccount.execute, not after

    def refuse(account: InnerAccount, sql: str) -> object:
        nonlocal seen
        seen = seen or after in sql
        if seen and any(word in sql for word in words):
            raise error or explain(sql[:20], 250001, "Could not connect")
        return execute(account, sql)

    monkeypatch.setattr(InnerAccount, "execute", refuse)


def test_metrics_are_put_back_while_a_board_is_open(room: Room, saved: str) -> None:
    held = room.service.data
    comment = room.service.comment
    room.service.data = "newer"
    room.catalog.visited = True
    restore(room, saved)
    assert (room.service.data, room.service.auto_resume, room.catalog.state(room.service)) == (held, True, "READY")
    assert [sql.removeprefix(f"ALTER SERVICE {NAME} ").split(" INST")[0] for sql in room.changes()] == [
        f"SET AUTO_RESUME = FALSE COMMENT = '{comment}; restoring {saved}, newest kept '",
        "SUSPEND",
        'RESTORE VOLUME "data"',
        "RESUME",
        "SET AUTO_RESUME = TRUE",
        f"SET COMMENT = '{comment}'",
    ]


def test_a_restore_that_broke_off_keeps_nothing_twice_and_another_snapshot_is_another_restore(
    room: Room, saved: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as broken:
        break_at(broken, f"{NAME} RESUME")
        with pytest.raises(UserError, match=r"Could not connect.*the volume has the metrics of .* may stand still"):
            restore(room, saved)
    assert len(kept(room)) == 1
    restore(room, saved)
    assert "A run that broke off has restored the volume" in capsys.readouterr().err
    assert len(kept(room)) == 1
    restore(room, saved)
    assert len(kept(room)) == 2, "what ended is done again when it is asked for again"


def test_a_snapshot_that_went_meanwhile_is_no_sign_that_the_volume_was_restored(room: Room, saved: str) -> None:
    restore(room, saved)
    restore(room, saved)
    older, newer = sorted(kept(room))
    kept_at = datetime.fromtimestamp(room.catalog.origins[newer][1], UTC)
    room.service.comment = f"{room.service.comment}; restoring {saved}, newest kept {kept_at.isoformat()}"
    del room.catalog.snapshots[newer]
    room.service.data = "newer"
    restore(room, saved)
    assert room.service.data != "newer"
    assert older in kept(room)


@pytest.mark.parametrize("first", [-8, 9])
def test_a_restore_that_broke_off_goes_on_in_a_session_of_another_time_zone(
    room: Room, saved: str, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    """Also where the account has kept a snapshot of an earlier restore: the same instant, written in two ways."""
    restore(room, saved)
    held = room.service.data
    room.service.data = "newer"
    room.zone = timezone(timedelta(hours=first))
    with monkeypatch.context() as broken:
        break_at(broken, "RESTORE VOLUME", f"{NAME} RESUME")
        with pytest.raises(UserError, match="Could not connect"):
            restore(room, saved)
    room.zone = UTC
    restore(room, saved)
    assert (room.service.data, len(kept(room))) == (held, 2)


@pytest.mark.parametrize("time", ["yesterday", "2026-11-25 14:00:00"])
def test_a_note_whose_time_cannot_be_read_is_no_sign_that_the_volume_was_restored(
    room: Room, saved: str, time: str
) -> None:
    comment = room.service.comment
    restore(room, saved)
    room.service.comment = f"{comment}; restoring {saved}, newest kept {time}"
    room.service.data = "newer"
    restore(room, saved)
    assert (room.service.data != "newer", room.service.comment) == (True, comment)


def test_a_deploy_after_a_restore_that_broke_off_restarts_nothing_and_takes_its_note_away(
    room: Room, saved: str
) -> None:
    comment = room.service.comment
    room.service.comment = f"{comment}; restoring {saved}, newest kept "
    # What an account may leave out of what it shows counts only where the comment is another.
    del room.containers["grafana"]["mountSessionToken"]
    room.deploy()
    assert room.changes() == [f"ALTER SERVICE {NAME} SET COMMENT = '{comment}'"]


def test_a_restore_that_fails_starts_the_service_again_and_says_so(
    room: Room, saved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_at(monkeypatch, "RESTORE VOLUME")
    with pytest.raises(UserError, match=r"Could not connect.*; the service runs again with the metrics that it had"):
        restore(room, saved)
    assert (room.service.auto_resume, room.service.suspended) == (True, False)


def test_a_service_that_stands_still_after_a_restore_is_said_with_both_reasons(
    room: Room, saved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        break_at(broken, "RESTORE VOLUME", "RESUME")
        room.service.auto_resume = False
        with pytest.raises(UserError) as refused:
            restore(room, saved)
    assert f"the service {NAME} stands still, because it could not be started either" in str(refused.value)
    assert "run ./inv restore again, or ./inv deploy" in str(refused.value)
    room.deploy()
    assert (room.service.auto_resume, room.catalog.state(room.service)) == (True, "READY")


@pytest.mark.parametrize("at", ["SUSPEND", "RESTORE VOLUME", f"{NAME} RESUME", "SHOW ENDPOINTS"])
def test_who_stops_a_restore_reads_that_the_service_may_stand_still_and_ends_it_with_the_next_run(
    room: Room, saved: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], at: str
) -> None:
    held = room.service.data
    room.service.data = "newer"
    with monkeypatch.context() as stopped:
        break_at(stopped, at, error=KeyboardInterrupt(), after="SET AUTO_RESUME" if "SHOW" in at else "")
        with pytest.raises(KeyboardInterrupt):
            restore(room, saved)
    printed = " ".join(capsys.readouterr().err.split())
    assert f"- The restore was stopped before its end, so {NAME} may stand still: run ./inv restore again" in printed
    restore(room, saved)
    assert (room.service.data, room.service.auto_resume, room.catalog.state(room.service)) == (held, True, "READY")
    assert len(kept(room)) == 1


def test_who_stops_before_anything_was_changed_reads_nothing_of_it(
    room: Room, saved: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    break_at(monkeypatch, "SHOW SNAPSHOTS", error=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        restore(room, saved)
    assert "stand still" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "words"), [("A.B", "write its name, or DATABASE"), ("NONE", "the role does not see a snapshot")]
)
def test_nothing_is_stopped_for_a_name_that_is_nothing(room: Room, saved: str, name: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        restore(room, name)
    assert room.changes() == []


@pytest.mark.parametrize("state", ["INITIALIZED", "ERROR"])
def test_nothing_is_stopped_for_a_snapshot_that_is_not_made(
    room: Room, saved: str, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """Source: https://docs.snowflake.com/en/sql-reference/sql/show-snapshots, state."""
    execute = InnerAccount.execute

    def show(account: InnerAccount, sql: str) -> list[dict[str, object]]:
        return [row | ({"state": state} if "SNAPSHOTS" in sql else {}) for row in execute(account, sql)]

    monkeypatch.setattr(InnerAccount, "execute", show)
    with pytest.raises(UserError, match=f"the snapshot {saved} is {state}: wait until it is CREATED"):
        restore(room, saved)
    assert room.changes() == []


def test_images_that_no_longer_run_are_listed_with_what_can_be_done(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    status.print_status(room.path)
    assert "and not run" not in capsys.readouterr().err
    room.put_images("0.0.1", ["otel"])
    status.print_status(room.path)
    printed = capsys.readouterr().err
    assert (
        "and not run: spcs-oss-otel:0.0.1. They are billed as storage; images cannot be deleted one by one" in printed
    )


def test_a_suspended_service_has_not_left_its_images(
    room: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    room.put_images("0.0.1", ["otel"])
    room.run_sql(f"ALTER SERVICE {NAME} SUSPEND", role=ROLE)
    capsys.readouterr()
    status.print_status(room.path)
    assert "and not run: spcs-oss-otel:0.0.1. They are billed" in " ".join(capsys.readouterr().err.split())
    # Who does not own it is not shown its specification.
    monkeypatch.setattr(drift, "read", lambda _: None)
    status.print_status(room.path)
    assert "and not run" not in capsys.readouterr().err


def test_snapshots_are_listed_with_those_of_a_dropped_service_and_dropped(
    room: Room, saved: str, capsys: pytest.CaptureFixture[str]
) -> None:
    operations.undeploy(room.path, force=True, yes=True, adopt=False, dry=False)
    snapshots.list_snapshots(room.path, drop="", dry=False)
    printed = capsys.readouterr()
    assert saved in printed.out
    assert "SYS_BACKUP_ON_DELETE_" in printed.out
    assert "billed as block storage" in printed.err
    snapshots.list_snapshots(room.path, drop=saved, dry=True)
    assert tuple(saved.split(".")) in room.catalog.snapshots
    snapshots.list_snapshots(room.path, drop=saved, dry=False)
    assert tuple(saved.split(".")) not in room.catalog.snapshots
    with pytest.raises(UserError, match="the role does not see a snapshot"):
        snapshots.list_snapshots(room.path, drop=saved, dry=False)
