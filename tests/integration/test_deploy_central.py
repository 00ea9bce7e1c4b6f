"""A copy for a central store, deployed into the simulated account, switched off and on again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from inner_accounts import SETTINGS, Room, open_room

from simulator.privileges import ROLE
from spcsmetrics.core.errors import UserError

SECRET = "SPCS_METRICS.PUBLIC.CENTRAL_TOKEN"
ON = f"""{SETTINGS}[central]
url = "https://metrics.example.com/api/v1/push"
integration = "CENTRAL_STORE"
secret = "{SECRET}"
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    with open_room(tmp_path, monkeypatch) as found:
        found.grant()
        found.run_sql(
            "CREATE EXTERNAL ACCESS INTEGRATION CENTRAL_STORE ALLOWED_NETWORK_RULES = (D.S.R) ENABLED = TRUE",
            f"CREATE SECRET {SECRET} TYPE = GENERIC_STRING SECRET_STRING = 'hunter2'",
        )
        yield found


def switch(room: Room, settings: str) -> None:
    room.write_settings(settings)
    room.grant()
    room.statements.clear()


def volumes(room: Room) -> list[str]:
    return [one["name"] for one in room.service.specification["spec"]["volumes"]]


def test_it_is_deployed_and_a_second_run_sends_nothing(room: Room) -> None:
    switch(room, ON)
    room.deploy()
    assert volumes(room) == ["data", "queue"]
    assert room.service.integrations == "CENTRAL_STORE"
    room.statements.clear()
    room.deploy()
    assert room.changes() == []


def test_it_is_switched_off_and_on_again_without_a_new_service(room: Room) -> None:
    switch(room, ON)
    room.deploy()
    for settings, integrations in ((SETTINGS, ""), (ON, "CENTRAL_STORE")):
        switch(room, settings)
        room.deploy()
        assert not any("CREATE" in sql for sql in room.changes())
        assert ("SPCS_CENTRAL_URL" in room.containers["otel"]["env"]) == (settings == ON)
        assert (volumes(room), room.service.integrations) == (["data", "queue"], integrations)
        room.statements.clear()
        room.deploy()
        assert room.changes() == []


def test_a_service_without_the_volume_is_left_as_it_is(room: Room) -> None:
    room.deploy()
    switch(room, ON)
    with pytest.raises(UserError, match="lacks the volume on which copies wait"):
        room.deploy()
    assert room.changes() == []
    assert volumes(room) == ["data"]


@pytest.mark.parametrize(
    ("privilege", "sentence"),
    [
        ("USAGE ON INTEGRATION CENTRAL_STORE", "central.integration is CENTRAL_STORE, which does not exist"),
        (f"READ ON SECRET {SECRET}", f"central.secret is {SECRET}, which does not exist"),
    ],
)
def test_what_the_role_may_not_use_is_refused_before_the_first_statement(
    room: Room, privilege: str, sentence: str
) -> None:
    switch(room, ON)
    room.run_sql(f"REVOKE {privilege} FROM ROLE {ROLE}")
    with pytest.raises(UserError, match=sentence):
        room.deploy()
    assert room.changes() == []


def test_shards_send_once_each_and_a_growing_pair_keeps_its_queue(room: Room) -> None:
    switch(room, ON)
    room.deploy()
    switch(room, f"replicas = 2\n{ON}")
    room.deploy()
    sending = {
        name[2]
        for name, one in room.catalog.services.items()
        if "SPCS_CENTRAL_URL" in str(one.specification) and one.integrations == "CENTRAL_STORE"
    }
    assert sending == {"SPCS_METRICS"}
    assert volumes(room) == ["data", "queue"]
