"""The certificates of a deployment: never seen, replaced in time and by a task, and never half."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inner_accounts import InnerAccount, Room, open_room
from scaled_rooms import is_ready, reach, want

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import certificates, deployment
from spcsmetrics.deploy.certificates import PARTS
from spcsmetrics.deploy.options import Options


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    with open_room(tmp_path, monkeypatch) as found:
        yield found


def test_keys_and_certificates_are_in_no_plan_log_comment_or_specification(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    want(room, 2, 2)
    room.deploy(dry=True)
    room.deploy()
    room.deploy(dry=True)
    deployment.rotate(Options(settings=room.path, timeout=5), dry=True)
    deployment.rotate(Options(settings=room.path, timeout=5), dry=False)
    printed = capsys.readouterr()
    kept = [repr(vars(service)) for service in room.catalog.services.values()]
    for text in (printed.out, printed.err, *kept, *room.catalog.secrets.values()):
        assert "BEGIN" not in text
        assert "PRIVATE" not in text
    sent = [sql for sql in room.statements if "BEGIN" in sql]
    assert len(sent) == 2 * len(PARTS)
    assert all(sql.startswith("CREATE SECRET") for sql in sent)
    assert not [file for file in room.folder.rglob("*") if file.is_file() and "BEGIN" in file.read_text()]


def rotate(room: Room) -> None:
    deployment.rotate(Options(settings=room.path, timeout=5), dry=False)


def generations(room: Room) -> set[str]:
    return {name[2].split("_TLS_")[1].split("_")[0] for name in room.catalog.secrets}


def used(room: Room) -> set[str]:
    return set(
        re.findall(
            r"_TLS_([0-9A-F]+)_", " ".join(repr(found.specification) for found in room.catalog.services.values())
        )
    )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make each generation end a day later than the one before, whatever the clock says."""
    choose, days = certificates.choose, iter(range(1, 99))

    def later(there: Any, now: Any, *, renew: bool) -> Any:
        return choose(there, now + next(days) * (certificates.VALID / 730), renew=renew)

    monkeypatch.setattr(certificates, "choose", later)


@pytest.mark.usefixtures("clock")
def test_rotation_gives_every_service_new_certificates_and_removes_the_old_ones(room: Room) -> None:
    reach(room, 2, 2)
    before = generations(room)
    assert used(room) == before
    rotate(room)
    assert used(room) == generations(room) != before
    assert len(room.catalog.secrets) == len(PARTS)
    assert is_ready(room)
    room.statements.clear()
    room.deploy()
    assert room.changes() == []


class KilledError(BaseException):
    """As kill -9: nothing cleans up after it."""


def kill_after(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    execute, left = InnerAccount.execute, iter(range(count, -1, -1))

    def die(account: InnerAccount, sql: str) -> object:
        if not sql.startswith(("SHOW", "DESCRIBE", "SELECT")) and next(left) == 0:
            raise KilledError
        return execute(account, sql)

    monkeypatch.setattr(InnerAccount, "execute", die)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("count", range(20))
def test_a_rotation_that_is_killed_is_finished_by_the_next_and_makes_one_generation(
    room: Room, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    reach(room, 2, 1)
    before = generations(room)
    with monkeypatch.context() as killed:
        kill_after(killed, count)
        try:
            rotate(room)
        except KilledError:
            ended = False
        else:
            ended = True
    between = generations(room) - before
    whole = len(room.catalog.secrets) == 2 * len(PARTS)
    if not ended:
        rotate(room)
    assert used(room) == generations(room) != before
    assert len(room.catalog.secrets) == len(PARTS)
    assert is_ready(room)
    if whole:
        assert generations(room) == between, "certificates that are complete are used, and not made again"


def test_certificates_that_end_soon_are_replaced_by_a_deploy(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    reach(room, 2, 1)
    before = generations(room)
    monkeypatch.setattr(certificates, "VALID", certificates.VALID * 2)
    monkeypatch.setattr(certificates, "RENEWED_BEFORE", certificates.VALID / 2 * 1.1)
    room.deploy()
    assert used(room) == generations(room) != before


def test_one_pair_has_no_certificates_to_rotate(room: Room) -> None:
    reach(room, 1, 1)
    with pytest.raises(UserError, match="one service has no certificates"):
        rotate(room)
