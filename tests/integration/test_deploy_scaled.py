"""A deployment of shards, replicas and a view: made, grown, shrunk, and found by its marks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inner_accounts import SETTINGS, Room, open_room

NAME = "SPCS_METRICS"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    with open_room(tmp_path, monkeypatch) as found:
        yield found


def want(room: Room, shards: int, replicas: int) -> None:
    room.write_settings(f"shards = {shards}\nreplicas = {replicas}\n" + SETTINGS)


def reach(room: Room, shards: int, replicas: int) -> list[str]:
    """Deploy, and return the statements that were sent."""
    want(room, shards, replicas)
    room.grant()
    room.statements.clear()
    room.deploy()
    return room.changes()


def names(room: Room) -> set[str]:
    return {name[2].removeprefix(NAME) for name in room.catalog.services}


def specification(room: Room, name: str) -> Any:
    return room.catalog.services["SPCS_METRICS", "PUBLIC", NAME + name].specification


def test_two_by_two_then_three_by_one_then_one_pair(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    for (shards, replicas), wanted in {
        (2, 2): {"", "_0_B", "_1", "_1_B", "_VIEW"},
        (3, 1): {"", "_1", "_2", "_VIEW"},
        (1, 1): {""},
    }.items():
        sent = reach(room, shards, replicas)
        assert sent
        assert names(room) == wanted
        assert {room.catalog.state(one) for one in room.catalog.services.values()} == {"READY"}
        room.statements.clear()
        capsys.readouterr()
        room.deploy()
        assert room.changes() == []
        assert "nothing was sent" in capsys.readouterr().err
    assert room.catalog.secrets == {}
