"""Links in Grafana's messages lead to the boards: a deployment ends when its address is in the specification."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inner_accounts import SETTINGS, InnerAccount, Room, open_room
from scaled_rooms import one, reach, short

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import operations

VARIABLE = "GF_SERVER_ROOT_URL"
URL = "https://spcsmetrics-simulated.snowflakecomputing.app/"
FIRST = ["CREATE SERVICE X", "GRANT SERVICE ROLE X!viewer TO ROLE ANALYST"]
SERVICE = "SPCS_METRICS.PUBLIC.SPCS_METRICS"
PROMISE = f"-- Change the specification of {SERVICE} again, once its endpoint has an address: {VARIABLE}"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    with open_room(tmp_path, monkeypatch) as found:
        found.grant()
        found.put_images("none", ())
        found.statements.clear()
        yield found


def sent(room: Room) -> list[str]:
    """Return the beginnings of the statements since the last look."""
    found = [short(sql) for sql in room.changes()]
    room.statements.clear()
    return found


def deploy(room: Room) -> list[str]:
    room.deploy()
    return sent(room)


def find_root_url(room: Room) -> str | None:
    found: str | None = room.containers["grafana"]["env"].get(VARIABLE)
    return found


def test_the_first_deployment_waits_for_the_address_and_sets_it(room: Room) -> None:
    room.catalog.delay = 0.2
    assert deploy(room) == [*FIRST, "ALTER SERVICE X"]
    assert find_root_url(room) == URL
    assert deploy(room) == []


def test_an_address_that_is_late_is_set_by_the_next_deployment_whose_plan_says_so(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    room.catalog.faults.service = "no-endpoint"
    with pytest.raises(UserError, match="the endpoint has no address: run it again in some minutes"):
        room.deploy(timeout=1)
    assert sent(room) == FIRST
    capsys.readouterr()
    room.deploy(dry=True)
    assert capsys.readouterr().out.strip() == PROMISE
    room.catalog.faults.service = None
    assert deploy(room) == ["ALTER SERVICE X"]
    assert find_root_url(room) == URL


def test_an_address_that_is_not_shown_for_a_moment_changes_nothing(room: Room) -> None:
    deploy(room)
    room.catalog.faults.service = "no-endpoint"
    room.deploy(dry=True)
    with pytest.raises(UserError, match="the endpoint has no address"):
        room.deploy(timeout=1)
    assert sent(room) == []


@pytest.mark.parametrize("before", [None, "https://of-a-service-that-is-gone.snowflakecomputing.app/"])
def test_a_service_with_another_address_or_without_gets_its_own_by_one_change(room: Room, before: str | None) -> None:
    deploy(room)
    environment = room.containers["grafana"]["env"]
    del environment[VARIABLE]
    environment |= {VARIABLE: before} if before else {}
    room.put_images("9.9.9", digest="9")
    room.upgrade("9.9.9")
    assert sent(room) == ["ALTER SERVICE X", "ALTER SERVICE X SET"]
    assert find_root_url(room) == URL


def test_a_service_that_is_made_anew_gets_its_address_anew(room: Room) -> None:
    deploy(room)
    operations.undeploy(room.path, force=True, yes=True, adopt=False, dry=False)
    room.statements.clear()
    assert deploy(room) == [*FIRST, "ALTER SERVICE X"]


def test_an_address_of_the_settings_comes_first_and_leaves_no_trace_when_it_goes(room: Room) -> None:
    mine = "https://boards.example.com/"
    room.write_settings(f'{SETTINGS}[environment]\n{VARIABLE} = "{mine}"\n')
    assert deploy(room) == FIRST
    assert find_root_url(room) == mine
    room.write_settings(SETTINGS)
    assert deploy(room) == ["ALTER SERVICE X"]
    assert find_root_url(room) == URL


def test_two_of_whom_one_connects_over_a_private_link_leave_each_others_address(room: Room) -> None:
    room.catalog.private = room.private = True
    deploy(room)
    private = URL.replace("://", "://private.")
    assert find_root_url(room) == private
    room.private = False
    assert deploy(room) == []
    room.write_settings(f'{SETTINGS}private_link = "off"\n')
    assert deploy(room) == ["ALTER SERVICE X"]
    assert find_root_url(room) == URL


def test_the_view_has_the_address_which_is_known_only_with_it(room: Room) -> None:
    room.catalog.delay = 0.2
    assert reach(room, 2, 1)[-1] == "ALTER SERVICE X_VIEW"
    grafana = next(part for part in one(room, "_VIEW").containers if part["name"] == "grafana")
    assert grafana["env"][VARIABLE] == URL.replace("metrics-", "metricsview-")
    assert VARIABLE not in str(one(room).specification)
    assert reach(room, 2, 1) == []


@pytest.mark.parametrize("delay", [0.0, 0.2])
def test_what_somebody_changes_while_the_address_is_awaited_is_not_undone_with_it(
    room: Room, monkeypatch: pytest.MonkeyPatch, delay: float
) -> None:
    room.catalog.delay = delay
    execute = InnerAccount.execute

    def change(account: InnerAccount, sql: str) -> object:
        found = execute(account, sql)
        if sql.startswith("GRANT SERVICE ROLE"):
            room.containers["prometheus"]["env"]["SPCS_RETENTION_TIME"] = "2d"
        return found

    monkeypatch.setattr(InnerAccount, "execute", change)
    with pytest.raises(UserError, match="somebody else changed it meanwhile"):
        room.deploy()
    assert room.containers["prometheus"]["env"]["SPCS_RETENTION_TIME"] == "2d"
