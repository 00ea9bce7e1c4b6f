"""From twenty states of an account, ./inv deploy plans, applies its plan, and then has nothing left to do."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from inner_accounts import SETTINGS, Room, open_room, planned

from simulator.privileges import DEPLOYER, ROLE
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.images.definition import IMAGES

State = tuple[Callable[[Room], None], dict[str, Any]]
HOOKS = "CREATE EXTERNAL ACCESS INTEGRATION HOOKS ALLOWED_NETWORK_RULES = (D.S.R) ENABLED = TRUE"
PROMISE = "-- Change the specification of SPCS_METRICS.PUBLIC.SPCS_METRICS again, once its endpoint has an address"
ROOT_URL = "https://spcsmetrics-simulated.snowflakecomputing.app/"
USE_HOOKS = f"GRANT USAGE ON INTEGRATION HOOKS TO ROLE {ROLE}"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    with open_room(tmp_path, monkeypatch) as found:
        yield found


def empty(room: Room) -> None:
    room.write_settings(SETTINGS.replace(ROLE, DEPLOYER))


def with_database(room: Room) -> None:
    empty(room)
    room.run_sql("CREATE DATABASE IF NOT EXISTS SPCS_METRICS", role=DEPLOYER)


def with_schema(room: Room) -> None:
    with_database(room)
    room.run_sql("CREATE SCHEMA IF NOT EXISTS SPCS_METRICS.PUBLIC", role=DEPLOYER)


def granted(room: Room) -> None:
    room.grant()


def with_repository(room: Room) -> None:
    room.grant()
    room.put_images("none", ())


def with_one_image(room: Room) -> None:
    room.grant()
    room.put_images(f"{PRODUCT}-{'1' * 12}", ["otel"])


def with_images(room: Room) -> None:
    room.grant()
    room.put_images(PRODUCT)


def without_pool(room: Room) -> None:
    room.grant()
    room.write_settings(SETTINGS + 'compute_pool = "ANOTHER_POOL"\n')
    room.run_sql(f"GRANT CREATE COMPUTE POOL ON ACCOUNT TO ROLE {ROLE}")


def with_a_resting_pool(room: Room) -> None:
    room.grant()
    room.catalog.fleet.pools["SPCS_METRICS_POOL"].state = "SUSPENDED"


def deployed(room: Room) -> None:
    room.grant()
    room.deploy()


def suspended(room: Room) -> None:
    deployed(room)
    room.service.suspended = True


def with_older_images(room: Room) -> None:
    deployed(room)
    assert room.ids
    room.ids[IMAGES["grafana"].reference] = "9" * 64


def with_a_digest_that_moved(room: Room) -> None:
    with_images(room)
    room.deploy(pushed=True)
    room.put_images(PRODUCT, ["grafana"], digest="5")


def with_a_variable_changed(room: Room) -> None:
    deployed(room)
    room.containers["prometheus"]["env"]["SPCS_RETENTION_TIME"] = "1d"


def with_a_variable_more(room: Room) -> None:
    deployed(room)
    room.containers["grafana"]["env"]["GF_AUTH_ANONYMOUS_ENABLED"] = "true"


def with_limits_changed(room: Room) -> None:
    deployed(room)
    room.containers["otel"]["resources"]["limits"]["memory"] = "256Mi"


def with_a_token_for_grafana(room: Room) -> None:
    deployed(room)
    room.change_by_hand("grafana", {"mountSessionToken": True})


def with_no_public_endpoint(room: Room) -> None:
    deployed(room)
    room.service.specification["spec"]["endpoints"][0]["public"] = False


def with_a_container_more(room: Room) -> None:
    deployed(room)
    more = {"name": "shell", "image": room.containers["otel"]["image"]}
    room.service.specification["spec"]["containers"].append(more)
    room.service.digests["shell"] = room.service.digests["otel"]


def with_no_comment(room: Room) -> None:
    deployed(room)
    room.service.comment = ""


def suspended_and_changed(room: Room) -> None:
    with_a_variable_changed(room)
    room.service.suspended = True


def lacking_an_integration(room: Room) -> None:
    deployed(room)
    room.run_sql(HOOKS, USE_HOOKS)
    room.write_settings(SETTINGS + 'external_access_integrations = ["HOOKS"]\n')


def with_an_integration_too_many(room: Room) -> None:
    lacking_an_integration(room)
    room.deploy()
    room.write_settings(SETTINGS)


def lacking_a_secret(room: Room) -> None:
    deployed(room)
    room.run_sql(
        "CREATE DATABASE IF NOT EXISTS VAULT",
        "CREATE SCHEMA IF NOT EXISTS VAULT.KEYS",
        "CREATE SECRET VAULT.KEYS.URL TYPE = GENERIC_STRING SECRET_STRING = 'x'",
    )
    room.write_settings(SETTINGS + 'notification = "webhook"\n[secrets]\nSPCS_WEBHOOK_URL = "VAULT.KEYS.URL"\n')
    room.grant()


def lacking_a_viewer(room: Room) -> None:
    deployed(room)
    room.service.roles.clear()


def deployed_by_a_colleague(room: Room) -> None:
    room.grant()
    room.user = "OTHER_USER"
    room.deploy()
    room.user = "METRICS_USER"
    room.write_settings(SETTINGS + "retention_days = 3\n")


def somebody_elses(room: Room) -> None:
    with_images(room)
    spec = (
        f"$$spec: {{containers: [{{name: mine, image: /spcs_metrics/public/images/spcs-oss-otel:{PRODUCT}}}],"
        " volumes: [{name: data, source: block, size: 25Gi}]}$$"
    )
    room.run_sql(
        "CREATE SERVICE IF NOT EXISTS SPCS_METRICS.PUBLIC.SPCS_METRICS IN COMPUTE POOL SPCS_METRICS_POOL"
        f" FROM SPECIFICATION {spec} MIN_INSTANCES = 1 MAX_INSTANCES = 1",
        role=ROLE,
    )


STATES: list[State] = [
    (empty, {"create_pool": True}),
    (with_database, {"create_pool": True}),
    (with_schema, {"create_pool": True}),
    (granted, {}),
    (with_repository, {}),
    (with_one_image, {}),
    (with_images, {"pushed": True}),
    (without_pool, {"create_pool": True}),
    (with_a_resting_pool, {}),
    (deployed, {}),
    (suspended, {}),
    (with_older_images, {}),
    (with_a_digest_that_moved, {"pushed": True}),
    (with_a_variable_changed, {}),
    (with_a_variable_more, {}),
    (with_limits_changed, {}),
    (with_a_token_for_grafana, {}),
    (with_no_public_endpoint, {}),
    (with_a_container_more, {}),
    (with_no_comment, {}),
    (suspended_and_changed, {}),
    (lacking_an_integration, {}),
    (with_an_integration_too_many, {}),
    (lacking_a_secret, {}),
    (lacking_a_viewer, {}),
    (deployed_by_a_colleague, {}),
    (somebody_elses, {"adopt": True}),
]


@pytest.mark.parametrize(("prepare", "options"), STATES, ids=lambda one: one.__name__ if callable(one) else "")
def test_the_plan_is_what_is_sent_and_leads_to_a_ready_service_and_to_no_plan(
    room: Room, capsys: pytest.CaptureFixture[str], prepare: Callable[[Room], None], options: dict[str, Any]
) -> None:
    prepare(room)
    before = copy.deepcopy((room.catalog.services, room.catalog.repositories, room.catalog.databases))
    room.statements.clear()
    capsys.readouterr()
    room.deploy(dry=True, **options)
    printed_plan = capsys.readouterr().out
    plan, promised = planned(printed_plan), printed_plan.count(PROMISE)
    assert (room.catalog.services, room.catalog.repositories, room.catalog.databases) == before, (
        "a plan changes nothing"
    )
    assert room.changes() == []
    room.deploy(**options)
    assert room.changes()[: len(plan)] == plan
    later = room.changes()[len(plan) :]
    assert [sql.split(" $$")[0] for sql in later] == [
        "ALTER SERVICE SPCS_METRICS.PUBLIC.SPCS_METRICS FROM SPECIFICATION"
    ] * promised
    assert room.containers["grafana"]["env"]["GF_SERVER_ROOT_URL"] == ROOT_URL
    assert room.catalog.state(room.service) == "READY"
    assert "https://" in capsys.readouterr().out
    room.deploy(dry=True, **options)
    printed = capsys.readouterr()
    assert planned(printed.out) == [], printed.out
    assert "nothing would be sent" in printed.err
