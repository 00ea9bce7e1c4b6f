"""Applications of a deployment: off by default, within the size, and with what each owner runs."""

import re
import tomllib
from dataclasses import replace
from typing import Any

import promql_parser
import pytest
from specifications import specify

from simulator.__main__ import build_fleet, parse
from simulator.applications import Applications
from simulator.catalog import Catalog
from simulator.faults import Faults
from simulator.privileges import ADMINISTRATOR, APPLICATION_OWNER, ROLE
from simulator.sql import Session, execute
from simulator.sql.service_roles import reaches
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT
from spcsmetrics.deploy.applications import MOST_TARGETS, SAMPLES_A_TARGET, find_targets, lines
from spcsmetrics.deploy.estimate import calculate
from spcsmetrics.deploy.grants_applications import list_owner_grants, owner_script
from spcsmetrics.deploy.settings import Settings, parse_settings
from spcsmetrics.deploy.sizing import SIZES, find_size

ON = Settings(applications=True)
NAMED = replace(ON, role="METRICS_ROLE", services=("MY_DB.AI.LLM", "MY_DB.AI.CHAT:8000/metrics"))


def test_they_are_off_by_default_and_cost_nothing() -> None:
    assert not Settings().applications
    assert lines(Settings(), find_size(0)) == []
    collector = specify(Settings())["spec"]["containers"][0]
    assert "args" not in collector
    assert not {"SPCS_APPLICATION_TARGETS", "SPCS_APPLICATION_SERVICES"} & set(collector["env"])
    assert owner_script(Settings(), inverse=False) == ""


def test_switched_on_they_are_one_more_configuration() -> None:
    collector = specify(ON)["spec"]["containers"][0]
    assert collector["args"] == ["--config=/etc/otelcol/config.yaml", "--config=/etc/otelcol/services.yaml"]
    assert collector["env"]["SPCS_APPLICATION_TARGETS"] == "4"
    assert "SPCS_APPLICATION_SERVICES" not in collector["env"]
    both = specify(replace(ON, event_table=True))["spec"]["containers"][0]
    assert [word.rpartition("/")[2] for word in both["args"]] == ["config.yaml", "event-table.yaml", "services.yaml"]
    assert len(specify(ON)["spec"]["endpoints"]) == 1, "no new endpoint"


def test_only_a_service_with_a_port_is_scraped_without_a_comment() -> None:
    collector = specify(replace(NAMED, services=(*NAMED.services, "D.S.*", "D.S.X:9000")))["spec"]["containers"][0]
    assert collector["env"]["SPCS_APPLICATION_SERVICES"] == "MY_DB.AI.CHAT:8000/metrics,D.S.X:9000"


@pytest.mark.parametrize("size", SIZES)
def test_half_of_the_size_is_for_applications(size: Any) -> None:
    targets = find_targets(ON, size)
    assert 0 < targets * SAMPLES_A_TARGET <= size.series / 2
    assert targets <= MOST_TARGETS


def test_the_plan_says_the_sum_of_the_bounds() -> None:
    figures = calculate(4, 10, ON)
    (line,) = [line for line in figures.lines(ON) if line.startswith("Applications")]
    assert "at most 4 instances x 5,000 samples = 20,000 series" in line
    assert "1,440 times a day" in line


def test_the_size_grows_with_the_applications() -> None:
    assert calculate(0, 100, Settings()).size.series == 45_000
    assert calculate(0, 100, replace(ON, pool_family="CPU_X64_S")).size.series == 150_000
    assert calculate(0, 1, replace(ON, pool_family="CPU_X64_S", application_targets=20)).size.series == 150_000


@pytest.mark.parametrize(
    ("settings", "nodes", "sentence"),
    [
        (
            replace(ON, size=45_000, application_targets=9),
            10,
            "applications may have 9 x 5,000 = 45,000 series and the nodes 2,830, more than the size for 45,000: set"
            " application_targets to 8, size to 47830, or size to auto",
        ),
        (replace(ON, size=45_000), 100, "4 x 5,000 = 20,000 series and the nodes 28,300"),
        (replace(ON, size=45_000), 159, "more than the size for 45,000: set size to 64997, or size to auto"),
        (replace(ON, application_targets=200), 1, "1,000,283 series are more than one service holds"),
    ],
)
def test_what_may_be_more_than_the_size_is_refused(settings: Settings, nodes: int, sentence: str) -> None:
    with pytest.raises(UserError, match=re.escape(sentence)):
        calculate(nodes, nodes, settings)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"applications": "yes"}, "applications is 'yes': write true or false"),
        ({"services": "D.S.X"}, "services is 'D.S.X': write a list of names in brackets"),
        ({"services": [5]}, "services is [5]: write a list of names in brackets, each in quotes"),
        ({"services": ["LLM"]}, "services has 'LLM': write DATABASE.SCHEMA.SERVICE, DATABASE.SCHEMA.*"),
        ({"services": ["D.S.*:8000"]}, "name each of them"),
        ({"services": ["D.S.X:0"]}, "write a port from 1 to 65535"),
        ({"services": ["D.S.X:70000"]}, "write a port from 1 to 65535"),
        ({"services": ["D.S.X:\u0661"]}, "write a port from 1 to 65535"),
        ({"services": ["D.S.X:80/a?b"]}, "write a path of letters"),
        ({"services": ["D.S.X:80/a,E.F.G:1"]}, "write a path of letters"),
        ({"services": ['"my-db".S.X']}, "do not accept quoted names"),
        ({"services": ["D.S.X"]}, "applications is false, so that nothing is read of them"),
        ({"application_targets": 201}, "application_targets is 201: write a whole number from 1 to 200"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_settings(values)
    assert sentence in str(refused.value)


def test_names_are_as_sql_takes_them() -> None:
    settings = parse_settings({"applications": True, "services": ["my_db.ai.llm:8000/Metrics", "my_db.ai.*"]})
    assert settings.services == ("MY_DB.AI.LLM:8000/Metrics", "MY_DB.AI.*")
    assert parse_settings({"application_targets": "auto"}).application_targets == 0


def test_each_owner_grants_what_is_needed_once_and_each_grant_has_its_inverse() -> None:
    grants = list_owner_grants(NAMED)
    assert [grant.sql for grant in grants] == [
        "GRANT USAGE ON DATABASE MY_DB TO ROLE METRICS_ROLE",
        "GRANT USAGE ON SCHEMA MY_DB.AI TO ROLE METRICS_ROLE",
        "GRANT MONITOR ON SERVICE MY_DB.AI.LLM TO ROLE METRICS_ROLE",
        "GRANT SERVICE ROLE MY_DB.AI.LLM!all_endpoints_usage TO ROLE METRICS_ROLE",
        "GRANT MONITOR ON SERVICE MY_DB.AI.CHAT TO ROLE METRICS_ROLE",
        "GRANT SERVICE ROLE MY_DB.AI.CHAT!all_endpoints_usage TO ROLE METRICS_ROLE",
    ]
    for grant in grants:
        assert grant.inverse == grant.sql.replace("GRANT", "REVOKE", 1).replace(" TO ROLE ", " FROM ROLE ")
    assert owner_script(NAMED, inverse=True).count("REVOKE") == len(grants)


def test_a_schema_as_a_whole_is_granted_for_the_services_that_are_there_and_that_come() -> None:
    text = owner_script(replace(NAMED, services=("MY_DB.AI.*",)), inverse=False)
    assert "GRANT MONITOR ON ALL SERVICES IN SCHEMA MY_DB.AI TO ROLE METRICS_ROLE;" in text
    assert "GRANT MONITOR ON FUTURE SERVICES IN SCHEMA MY_DB.AI TO ROLE METRICS_ROLE;" in text
    assert text.splitlines()[-1] == (
        "-- GRANT SERVICE ROLE MY_DB.AI.<service>!all_endpoints_usage TO ROLE METRICS_ROLE;"
    )


PAGE = (ROOT / "docs" / "applications.md").read_text()


def test_the_page_shows_owners_the_very_statements() -> None:
    named = replace(ON, services=("MY_DB.AI.LLM",))
    assert all(f"{grant.sql};" in PAGE for grant in list_owner_grants(named))
    settings = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    assert [parse_settings(tomllib.loads(one)) for one in settings] == [named]


def test_the_page_names_the_instances_of_each_size_and_joins_by_a_query_that_can_be_read() -> None:
    for size in SIZES[:3]:
        assert re.search(rf"\b{find_targets(ON, size)}\s+(instances )?at\s+{size.series:,}", PAGE)
    (query,) = re.findall(r"```promql\n(.*?)```", PAGE, re.S)
    promql_parser.parse(query)


LLM = ("ANALYTICS", "PUBLIC", "LLM")


@pytest.mark.parametrize("named", ["ANALYTICS.PUBLIC.LLM", "ANALYTICS.PUBLIC.*"])
def test_the_account_takes_the_statements_and_then_lets_the_collector_in(named: str) -> None:
    fleet = build_fleet(parse(["--session", "unused", "--pools", "3", "--nodes", "1"]))
    catalog = Catalog(fleet=fleet, faults=Faults(), delay=0)
    Applications(catalog).add(LLM, "vllm")

    def run(statement: str, role: str) -> list[list[str | None]]:
        return execute(catalog, Session(user="SOMEBODY", role=role), statement).rows

    settings = replace(ON, role=ROLE, services=(named,))
    script = owner_script(settings, inverse=False).replace("<service>", "LLM")
    statements = re.findall(r"^(?:-- )?(GRANT [^;]+);$", script, re.M)
    for statement in statements:
        run(statement, ADMINISTRATOR if "FUTURE" in statement else APPLICATION_OWNER)
    assert len(run("SHOW SERVICES EXCLUDE JOBS IN ACCOUNT", ROLE)) == 1
    assert run("SHOW SERVICE INSTANCES IN SERVICE ANALYTICS.PUBLIC.LLM", ROLE)
    assert reaches(catalog, ROLE, LLM, 8000)
    undone = owner_script(settings, inverse=True).replace("<service>", "LLM")
    for statement in reversed(re.findall(r"^(?:-- )?(REVOKE [^;]+);$", undone, re.M)):
        run(statement, ADMINISTRATOR if "FUTURE" in statement else APPLICATION_OWNER)
    assert run("SHOW SERVICES EXCLUDE JOBS IN ACCOUNT", ROLE) == []
    assert not reaches(catalog, ROLE, LLM, 8000)
