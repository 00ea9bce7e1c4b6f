"""A copy for a central store: off it changes nothing, on it has a queue, a way out and a secret of its own."""

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml
from specifications import TAGS, specify
from test_deploy_plan import SERVICE, THERE
from test_scaled_specification import containers, render

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import central, estimate, planner, stages, wishes
from spcsmetrics.deploy.certificates import Generation
from spcsmetrics.deploy.grants import as_script, list_grants
from spcsmetrics.deploy.settings import Settings, parse_settings
from spcsmetrics.deploy.state import State
from spcsmetrics.programs import collector

URL = "https://metrics.example.com/api/v1/write"
ON = parse_settings({"central": {"url": URL, "integration": "CENTRAL_STORE", "secret": "OPS.PUBLIC.CENTRAL_TOKEN"}})
QUEUE = {"name": "queue", "source": "block", "size": "8Gi"}
MOUNT = {"name": "queue", "mountPath": "/queue"}


def parse(**central: object) -> Settings:
    return parse_settings({"central": central})


def test_without_a_url_nothing_changes() -> None:
    off = parse(url="", integration="", secret="")
    assert off == Settings()
    assert json.dumps(specify(off)) == json.dumps(specify(Settings()))
    assert central.lines(off, estimate.calculate(0, 0, off).size) == []


def test_with_a_url_the_collector_has_one_more_configuration_a_queue_and_a_secret() -> None:
    specification = specify(replace(ON, event_table=True, applications=True))
    parts = containers(specification)
    names = [word.rpartition("/")[2] for word in parts["otel"]["args"]]
    assert names == ["config.yaml", "event-table.yaml", "services.yaml", "central.yaml"]
    assert parts["otel"]["env"]["SPCS_CENTRAL_URL"] == URL
    (secret,) = parts["otel"]["secrets"]
    assert secret["snowflakeSecret"] == {"objectName": "OPS.PUBLIC.CENTRAL_TOKEN"}
    assert secret["directoryPath"] == parts["otel"]["env"]["SPCS_CENTRAL_CREDENTIALS"]
    assert specification["spec"]["volumes"] == [*specify(Settings())["spec"]["volumes"], QUEUE]
    assert parts["otel"]["volumeMounts"] == [MOUNT]
    assert MOUNT in parts["prometheus"]["volumeMounts"], "its launcher gives the volume to the collector"
    assert "volumeMounts" not in parts["grafana"]
    assert "secrets" not in containers(specify(parse(url="http://central:8080/push")))["otel"]


def test_the_shipped_configuration_reads_what_the_specification_says() -> None:
    shipped = collector.CENTRAL_CONFIG.read_text()
    collector_env = containers(specify(ON))["otel"]["env"]
    for name in (name for name in collector_env if name.startswith("SPCS_CENTRAL_")):
        assert f"${{env:{name}" in shipped
    copy = yaml.safe_load(shipped)["exporters"]["spcs_store/central"]
    assert copy["copy"] is True
    assert copy["sending_queue"]["queue_size"].endswith(f":-{central.QUEUE_BYTES}}}")
    assert copy["sending_queue"]["storage"] == "file_storage/central"
    assert yaml.safe_load(shipped)["extensions"]["file_storage/central"]["directory"].endswith(":-/queue}")


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("https://x", "central is not a table"),
        ({"address": URL}, "central.address is not a setting: those known are url, integration, secret"),
        ({"url": 5}, "central.url is not a text"),
        ({"url": "metrics.example.com", "integration": "I"}, "write a Remote Write URL such as https://"),
        ({"url": "ftp://metrics.example.com/x", "integration": "I"}, "write a Remote Write URL such as https://"),
        ({"url": "https://bad host/x", "integration": "I"}, "write a Remote Write URL such as https://"),
        ({"url": "https://x.example.com:99999/x", "integration": "I"}, "write a Remote Write URL such as https://"),
        ({"url": "https://x.example.com/${env:HOME}", "integration": "I"}, "write a Remote Write URL such as https://"),
        ({"url": "https://x.example.com/x:", "integration": "I"}, "write a Remote Write URL such as https://"),
        ({"url": "https://x.example.com/\x1b", "integration": "I"}, "write it without characters that cannot be seen"),
        ({"url": "https://x.example.com/", "integration": "I"}, "has no path: write the whole Remote Write URL"),
        ({"url": "https://u:hunter2@x.example.com/x", "integration": "I"}, "put that into a Snowflake secret"),
        ({"url": "https://x.example.com/x?token=hunter2", "integration": "I"}, "put that into a Snowflake secret"),
        ({"url": URL, "integration": "I", "secret": "eyJhunter2.x.y"}, "central.secret is not a secret's full name"),
        ({"url": URL, "secret": "A.B.C"}, "central.integration is missing: a service reaches metrics.example.com only"),
        (
            {"url": URL.replace("https", "http"), "integration": "I", "secret": "A.B.C"},
            "central.url is http, so that anybody on the way to metrics.example.com reads central.secret: write https",
        ),
        ({"integration": "I"}, "central.url is missing"),
    ],
)
def test_a_store_that_cannot_be_reached_or_would_leak_is_refused(setting: object, sentence: str) -> None:
    with pytest.raises(UserError) as raised:
        parse_settings({"central": setting})
    assert sentence in str(raised.value)
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "setting",
    [
        {"url": "http://mimir.abcd.svc.spcs.internal:8080/api/v1/push", "secret": "A.B.C"},
        {"url": "http://mimir:8080/api/v1/push", "secret": "A.B.C"},
        {"url": "http://metrics.example.com/api/v1/push?tenant=a", "integration": "I"},
    ],
)
def test_a_store_within_the_account_needs_no_way_out_and_no_tls(setting: dict[str, str]) -> None:
    assert parse(**setting).central.url == setting["url"]


def test_one_replica_of_each_shard_sends_and_the_view_does_not() -> None:
    found = render(replace(ON, shards=2, replicas=2))
    sending = {name for name, one in found.items() if "SPCS_CENTRAL_URL" in json.dumps(one)}
    assert sending == {"", "_1"}
    assert {name for name, one in found.items() if QUEUE in one["spec"].get("volumes", [])} == sending


def statements(settings: Settings) -> dict[str, str]:
    """Return what creates each service, by its name."""
    generation = Generation(number=2_000_000_000) if settings.scaled else None
    figures = estimate.calculate(0, 0, settings, "CPU_X64_S")
    tags = {**TAGS, "thanos": "1.0"}
    specifications = wishes.specify(settings, State(), tags, figures, generation)
    wish = stages.Wish(specifications=specifications, tags=tags, generation=generation, create_pool=True)
    changes = [change for stage in stages.plan_stages(settings, State(), wish) for change in stage.changes]
    created = [change.sql for change in changes if change.sql.startswith("CREATE SERVICE")]
    return {sql.split()[5].rpartition(".")[2]: sql for sql in created}


def test_the_way_out_belongs_to_the_services_that_send() -> None:
    found = statements(replace(ON, shards=2, replicas=2, external_access_integrations=("HOOKS",)))
    ways = {name: sql.partition("INTEGRATIONS = (")[2].partition(")")[0] for name, sql in found.items()}
    names = ("SPCS_METRICS", "SPCS_METRICS_0_B", "SPCS_METRICS_1", "SPCS_METRICS_1_B", "SPCS_METRICS_VIEW")
    assert ways == dict(zip(names, ("CENTRAL_STORE", "", "CENTRAL_STORE", "", "HOOKS"), strict=True))
    (pair,) = statements(replace(ON, external_access_integrations=("HOOKS",))).values()
    assert "EXTERNAL_ACCESS_INTEGRATIONS = (HOOKS, CENTRAL_STORE)" in pair


def test_an_administrator_grants_what_the_copy_needs() -> None:
    script = as_script(list_grants(ON), inverse=False)
    for grant in ("USAGE ON INTEGRATION CENTRAL_STORE", "READ ON SECRET OPS.PUBLIC.CENTRAL_TOKEN"):
        assert f"-- for the central store\nGRANT {grant} TO ROLE" in script
    assert "GRANT USAGE ON SCHEMA OPS.PUBLIC TO ROLE" in script


def test_the_plan_says_what_a_copy_costs_and_how_long_it_waits() -> None:
    (line,) = [line for line in estimate.calculate(4, 10, ON).lines(ON) if "copy" in line]
    assert line == (
        "A copy of all samples goes to metrics.example.com: the service has 8 GiB of block storage more, on which 53 h"
        " of the size's samples wait while it is away."
    )


def there(specification: dict[str, Any]) -> State:
    return replace(THERE, specification=specification, service={**SERVICE, "comment": planner.comment(specification)})


def test_a_service_that_is_there_gets_no_volume_and_the_sentence_says_the_way() -> None:
    state = there(specify(Settings()))
    with pytest.raises(UserError, match=r"lacks the volume on which copies wait"):
        planner.make_plan(ON, state, specify(ON), TAGS, create_pool=False, pushed=False)


def test_switched_off_again_the_volume_stays_and_nothing_else() -> None:
    state, off = there(specify(ON)), specify(Settings())
    central.keep_volume(off, state.volumes)
    assert off["spec"]["volumes"][-1] == QUEUE
    change, *_ = planner.make_plan(Settings(), state, off, TAGS, create_pool=False, pushed=False)
    assert "Change the specification" in change.title
    again = specify(Settings())
    central.keep_volume(again, there(off).volumes)
    assert planner.make_plan(Settings(), there(off), again, TAGS, create_pool=False, pushed=False) == []
