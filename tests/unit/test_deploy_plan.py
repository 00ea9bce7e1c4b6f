"""The plan of a deployment: pure, least privilege, and nothing in it that a value could break out of."""

import json
import re
import tomllib
from dataclasses import replace
from typing import Any

import pytest
from specifications import TAGS, specify

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import DEPLOY, ROOT
from spcsmetrics.deploy import planner, rows
from spcsmetrics.deploy.change import Change
from spcsmetrics.deploy.grants import as_script, list_grants
from spcsmetrics.deploy.names import dollar_quoted, identifier, literal, service_identifier
from spcsmetrics.deploy.settings import Settings, parse_settings
from spcsmetrics.deploy.state import State
from spcsmetrics.images.definition import IMAGES

WANTED = Settings(viewers=("ANALYST",))
SPECIFICATION = specify(WANTED)
DIGESTS = {(image.name, "1.0"): f"sha256:{key}" for key, image in IMAGES.items()}
SERVICE = rows.Service(
    name="SPCS_METRICS",
    status="RUNNING",
    owner="R",
    compute_pool="SPCS_METRICS_POOL",
    comment=planner.comment(SPECIFICATION),
    external_access_integrations=None,
    is_job="false",
    is_upgrading="false",
    auto_resume="true",
)
THERE = State(
    role="R",
    user="ALICE",
    database=True,
    schema=True,
    repository_url="registry.example.com/spcs_metrics/public/images",
    images=DIGESTS,
    pool={
        "name": "SPCS_METRICS_POOL",
        "state": "ACTIVE",
        "auto_resume": "true",
        "instance_family": "CPU_X64_XS",
        "active_nodes": 1,
        "idle_nodes": 0,
        "max_nodes": 1,
    },
    service=SERVICE,
    specification=SPECIFICATION,
    paths={key: f"/x/{image.name}:1.0" for key, image in IMAGES.items()},
    running={key: f"sha256:{key}" for key in IMAGES},
    viewers=frozenset({"ANALYST"}),
)


def plan(state: State, *, create_pool: bool = False, pushed: bool = False) -> list[Change]:
    return planner.make_plan(WANTED, state, SPECIFICATION, TAGS, create_pool=create_pool, pushed=pushed)


def test_an_empty_account_gets_everything_in_an_order_that_works() -> None:
    titles = [change.title.split(" SPCS")[0].split(" spcs")[0] for change in plan(State(), create_pool=True)]
    assert titles == [
        "Create the database",
        "Create the schema",
        "Create the image repository",
        *["Push the image"] * 3,
        "Create the compute pool",
        "Create the service",
        "Let the role ANALYST see the boards",
    ]


def test_what_is_as_wanted_is_left_alone() -> None:
    assert plan(THERE) == []


def test_nothing_is_ever_dropped_or_replaced() -> None:
    states = [State(), THERE, replace(THERE, service={**SERVICE, "comment": ""})]
    for state in states:
        for change in plan(state, create_pool=True):
            assert not re.search(r"\b(DROP|REPLACE)\b", change.sql)


def test_a_service_in_another_pool_is_refused_with_the_way_out() -> None:
    state = replace(THERE, service={**SERVICE, "compute_pool": "OTHER"})
    with pytest.raises(UserError, match="runs in the compute pool OTHER, and a service cannot move"):
        plan(state)


def test_a_service_that_stands_still_is_started() -> None:
    state = replace(THERE, service={**SERVICE, "status": "SUSPENDED"})
    assert [change.sql for change in plan(state)] == ["ALTER SERVICE SPCS_METRICS.PUBLIC.SPCS_METRICS RESUME"]


def test_a_specification_that_is_not_shown_does_not_stop_a_deploy() -> None:
    assert plan(replace(THERE, specification=None)) == []


def test_images_that_should_be_there_and_are_not_are_named() -> None:
    with pytest.raises(UserError, match=r"spcs-oss-otel:1\.0 is not in the image repository"):
        plan(replace(THERE, images={}), pushed=True)


@pytest.mark.parametrize(
    ("name", "sql"),
    [("metrics", "METRICS"), ("My Db", '"My Db"'), ('a"b', '"a""b"'), ('"kept"', '"kept"'), ("x; DROP", '"x; DROP"')],
)
def test_a_name_is_plain_or_quoted(name: str, sql: str) -> None:
    assert identifier(name, "it").strip('"') == sql.strip('"')
    assert identifier(name, "it").isidentifier() or identifier(name, "it").startswith('"')


@pytest.mark.parametrize("name", ["", "a-b", "1st", "x" * 64, "a.b", "a b"])
def test_a_service_cannot_have_a_name_that_is_no_dns_label(name: str) -> None:
    with pytest.raises(UserError, match="a service's name"):
        service_identifier(name, "service")


@pytest.mark.parametrize("text", ["$$", "$", "a$$$b", "'; DROP --", "\\$$\\", "end$"])
def test_no_text_ends_its_quotes_early_and_all_arrive_as_they_are(text: str) -> None:
    sql = dollar_quoted(json.dumps({"value": text}))
    inner = sql.removeprefix("$$").removesuffix("$$")
    assert "$$" not in inner
    assert not inner.rstrip("\n").endswith("$")
    assert json.loads(inner) == {"value": text}
    assert re.fullmatch(r"'(?:[^'\\]|\\.)*'", literal(text))


def test_the_example_says_what_the_defaults_are() -> None:
    assert parse_settings(tomllib.loads((DEPLOY / "example.toml").read_text())) == Settings()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"colour": "red"}, "colour is not a setting: those known are connection"),
        ({"volume_gib": 3}, "volume_gib is 3: write a whole number from 4 to 16384"),
        ({"volume_gib": True}, "volume_gib is True"),
        ({"pools": "A"}, "pools is 'A': write a list of names in brackets"),
        ({"service": "a-b"}, "service is 'a-b'"),
        ({"database": ""}, "database is ''"),
        ({"tag": "a b"}, "tag is 'a b': write the tag of an image"),
        ({"notification": "pigeon"}, "notification is 'pigeon': write webhook or email"),
        ({"environment": {"lower": "x"}}, "environment.lower is not a variable"),
        ({"event_table": "yes"}, "event_table is 'yes': write true or false"),
        (
            {"ingress_addresses": ["10.0.0.0/24"]},
            "has the range 10.0.0.0/24, of which every host would be trusted: list single addresses",
        ),
        ({"ingress_addresses": ["::/0"]}, "has the range ::/0"),
        ({"ingress_addresses": ["fe80::1%eth0"]}, "has fe80::1%eth0/128, whose % names an interface"),
        ({"ingress_addresses": ["gateway"]}, "write addresses such as 10.0.0.7"),
        ({"role": 5}, "role is 5: write a text in quotes"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_settings(values)
    assert sentence in str(refused.value)


ALLOWED = {
    ("USAGE", "DATABASE"),
    ("USAGE", "SCHEMA"),
    ("CREATE IMAGE REPOSITORY", "SCHEMA"),
    ("CREATE SERVICE", "SCHEMA"),
    ("CREATE SNAPSHOT", "SCHEMA"),
    ("USAGE", "COMPUTE POOL"),
    ("MONITOR", "COMPUTE POOL"),
    ("BIND SERVICE ENDPOINT", "ACCOUNT"),
    ("USAGE", "INTEGRATION"),
    ("READ", "SECRET"),
}
EVERYTHING = replace(
    WANTED,
    pools=("WEB_POOL", '"Odd pool"'),
    external_access_integrations=("HOOKS",),
    secrets=(("SPCS_WEBHOOK_TOKEN", "D.S.TOKEN"),),
)


def test_grants_are_on_the_allow_list_and_nothing_else_is_sent() -> None:
    for grant in list_grants(EVERYTHING):
        match = re.fullmatch(r"GRANT ([A-Z ]+) ON ([A-Z ]+?)(?: [\w.\"]+| \"[^\"]+\")? TO ROLE \w+", grant.sql)
        if grant.sql.startswith("GRANT ROLE"):
            assert grant.sql.endswith(" TO ROLE SYSADMIN")
        elif match:
            assert (match[1], match[2]) in ALLOWED
        else:
            assert re.match(r"CREATE (ROLE|DATABASE|SCHEMA|COMPUTE POOL) IF NOT EXISTS ", grant.sql)
    text = as_script(list_grants(EVERYTHING), inverse=False)
    assert not re.search(r"ACCOUNTADMIN|MANAGE GRANTS|IMPORTED PRIVILEGES|OWNERSHIP|\bALL\b", text)


def test_the_page_shows_the_administrator_the_very_statements() -> None:
    page = (ROOT / "docs" / "deploy.md").read_text()
    assert all(f"{grant.sql};" in page for grant in list_grants(Settings()))


@pytest.mark.parametrize("role", ["SYSADMIN", "USERADMIN", "PUBLIC"])
def test_a_role_of_the_account_itself_is_neither_made_nor_given_its_place(role: str) -> None:
    sent = [grant.sql for grant in list_grants(replace(WANTED, role=role))]
    assert sent[0].startswith("CREATE DATABASE")
    assert not [sql for sql in sent if "GRANT ROLE" in sql or "CREATE ROLE" in sql]


def test_each_grant_has_its_inverse() -> None:
    grants = list_grants(EVERYTHING)
    for grant in grants:
        if grant.sql.startswith("GRANT"):
            assert grant.inverse == grant.sql.replace("GRANT", "REVOKE", 1).replace(" TO ROLE ", " FROM ROLE ")
    undone = as_script(grants, inverse=True)
    assert undone.count("REVOKE") == sum(grant.sql.startswith("GRANT") for grant in grants)


def test_a_secret_comes_with_what_reaches_it() -> None:
    sent = [grant.sql for grant in list_grants(EVERYTHING)]
    reading = sent.index("GRANT READ ON SECRET D.S.TOKEN TO ROLE SPCS_METRICS_ROLE")
    for reached in ("DATABASE D", "SCHEMA D.S"):
        assert sent.index(f"GRANT USAGE ON {reached} TO ROLE SPCS_METRICS_ROLE") < reading


def test_secrets_reach_grafana_by_reference_only() -> None:
    grafana = specify(EVERYTHING)["spec"]["containers"][2]
    assert grafana["secrets"] == [
        {
            "snowflakeSecret": {"objectName": "D.S.TOKEN"},
            "envVarName": "SPCS_WEBHOOK_TOKEN",
            "secretKeyRef": "secret_string",
        }
    ]
