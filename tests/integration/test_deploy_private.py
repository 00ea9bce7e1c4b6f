"""Over a private link the images go to its registry, and the boards are opened at its address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inner_accounts import SETTINGS, Room, open_room

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy.addresses import is_private


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    with open_room(tmp_path, monkeypatch) as found:
        found.grant()
        yield found


@pytest.mark.parametrize(
    ("setting", "account", "connection", "private"),
    [
        ("auto", True, True, True),
        ("auto", True, False, False),
        ("auto", False, True, False),
        ("on", True, False, True),
        ("off", True, True, False),
    ],
)
def test_addresses_are_private_where_they_are_wanted_and_there(
    room: Room, capsys: pytest.CaptureFixture[str], setting: str, *, account: bool, connection: bool, private: bool
) -> None:
    room.catalog.private, room.private = account, connection
    room.write_settings(SETTINGS + f'private_link = "{setting}"\n')
    room.deploy()
    assert all(one.startswith("private.") is private for one in room.pushed)
    assert ("https://private." in capsys.readouterr().out) is private


def test_a_private_address_that_the_account_does_not_give_is_said_before_anything_is_pushed(room: Room) -> None:
    room.put_images("none", ())
    room.write_settings(SETTINGS + 'private_link = "on"\n')
    with pytest.raises(UserError, match='private_link is "on", and the account does not give a private address'):
        room.deploy()
    assert (room.pushed, room.changes()) == ([], [])


@pytest.mark.parametrize(
    ("values", "private"),
    [
        ({"account": "acme.eu-west-1.privatelink"}, True),
        ({"account": "org-acct", "host": "org-acct.privatelink.snowflakecomputing.com"}, True),
        ({"account": "org-acct", "host": "org-acct.snowflakecomputing.com"}, False),
        ({"account": "privatelink"}, False),
    ],
)
def test_a_connection_over_a_private_link_is_known_by_its_address(values: dict[str, object], *, private: bool) -> None:
    assert is_private(values) is private
