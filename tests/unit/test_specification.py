"""The specification of the service: what it has, what is refused, and that the stack test runs the same."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from specifications import specify
from trees import read_yaml

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import COMPOSE_FILE
from spcsmetrics.deploy.settings import Settings, parse_settings
from spcsmetrics.deploy.specification import validate
from spcsmetrics.images.definition import IMAGES

WANTED = Settings(viewers=("ANALYST",))
SPECIFICATION = specify(WANTED)


def test_the_specification_keeps_to_the_rules_of_the_house() -> None:
    body = SPECIFICATION["spec"]
    assert [endpoint["name"] for endpoint in body["endpoints"] if endpoint.get("public")] == ["grafana"]
    with_token = [one["name"] for one in body["containers"] if one.get("mountSessionToken", True)]
    assert with_token == ["otel"]
    assert all("readinessProbe" in one and "livenessProbe" in one for one in body["containers"])
    assert SPECIFICATION["serviceRoles"] == [{"name": "viewer", "endpoints": ["grafana"]}]


def test_requests_fit_the_smallest_family_and_limits_its_memory() -> None:
    resources = [one["resources"] for one in SPECIFICATION["spec"]["containers"]]
    assert sum(float(one["requests"]["cpu"]) for one in resources) <= 0.9
    assert sum(mebibytes(one["limits"]["memory"]) for one in resources) <= 5 * 1024


def mebibytes(memory: str) -> int:
    number, unit = int(re.sub(r"\D", "", memory)), re.sub(r"\d", "", memory)
    return number * {"Mi": 1, "Gi": 1024}[unit]


@pytest.mark.parametrize(
    ("pools", "written"),
    [
        ((), ""),
        (("WEB_POOL", "NULL"), "WEB_POOL,NULL"),
        (("NULL",), '["NULL"]'),
        (("TRUE",), '["TRUE"]'),
        (("NO",), '["NO"]'),
    ],
)
def test_a_pool_whose_name_is_a_word_of_yaml_stays_a_name(pools: tuple[str, ...], written: str) -> None:
    assert specify(Settings(pools=pools))["spec"]["containers"][0]["env"]["SPCS_COMPUTE_POOLS"] == written


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda spec: spec["spec"].update(container=spec["spec"].pop("containers")), "spec"),
        (lambda spec: spec["spec"]["containers"][0].update(image="nginx"), "spec.containers.0.image"),
        (lambda spec: spec["spec"]["containers"][1]["env"].update(N=5), "spec.containers.1.env.N"),
        (lambda spec: spec["spec"]["volumes"][0].pop("size"), "spec.volumes.0"),
        (lambda spec: spec["spec"]["endpoints"][0].update(port=0), "spec.endpoints.0.port"),
        (lambda spec: spec["spec"]["containers"][0].update(name="Bad_Name"), "spec.containers.0.name"),
    ],
)
def test_a_wrong_specification_is_refused_at_its_place(change: Any, place: str) -> None:
    wrong = json.loads(json.dumps(SPECIFICATION))
    change(wrong)
    with pytest.raises(UserError, match=f"not valid at {re.escape(place)}:"):
        validate(wrong)


# What a container of the stack test has that the account gives by itself, or that only makes the test quick.
ONLY_IN_THE_STACK = {
    "otel": {
        "SNOWFLAKE_ACCOUNT",
        "SNOWFLAKE_HOST",
        "SNOWFLAKE_PORT",
        "SNOWFLAKE_PROTOCOL",
        "SPCS_SCRAPE_INTERVAL",
        "SPCS_REFRESH_INTERVAL",
    },
    "prometheus": {"SNOWFLAKE_ACCOUNT"},
}
# The stack's collector trusts the simulated account's authority by a further file.
EXTRA_CONFIG = "--config=/etc/otelcol/extra.yaml"


@pytest.mark.parametrize("key", IMAGES)
def test_the_stack_test_runs_the_containers_of_the_specification(key: str) -> None:
    service = read_yaml(COMPOSE_FILE)["services"][key]
    container = next(one for one in SPECIFICATION["spec"]["containers"] if one["name"] == key)
    assert service["image"].split(":")[0] == container["image"].rsplit("/", 1)[1].split(":")[0]
    words = [word for word in service.get("command", []) if word != EXTRA_CONFIG]
    assert words in (container.get("args", []), ["--config=/etc/otelcol/config.yaml"])
    wanted = set(container.get("env", {})) | ONLY_IN_THE_STACK.get(key, set())
    assert set(service.get("environment", {})) == wanted
    mounts = {volume.split(":")[1] for volume in service.get("volumes", []) if volume.startswith("data:")}
    assert mounts == {mount["mountPath"] for mount in container.get("volumeMounts", [])}
    limits = container["resources"]["limits"]
    assert (str(service["cpus"]), service["mem_limit"]) == (limits["cpu"], limits["memory"].lower().removesuffix("i"))
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_the_size_of_the_retention_is_left_to_the_launcher() -> None:
    env = SPECIFICATION["spec"]["containers"][1]["env"]
    assert env == {"SPCS_RETENTION_TIME": "15d", "SPCS_SERIES": "45000"}
    assert SPECIFICATION["spec"]["volumes"] == [{"name": "data", "source": "block", "size": "25Gi"}]


def test_the_event_table_is_off_and_is_a_second_configuration() -> None:
    assert "args" not in SPECIFICATION["spec"]["containers"][0]
    settings = replace(WANTED, event_table=True, event_table_metrics="container_restarts")
    otel = specify(settings)["spec"]["containers"][0]
    assert otel["args"][-1] == "--config=/etc/otelcol/event-table.yaml"
    assert otel["env"]["SPCS_EVENT_TABLE_METRICS"] == "container_restarts"


def test_the_ingress_is_believed_at_exact_addresses() -> None:
    settings = parse_settings({"ingress_addresses": ["10.0.0.7", "fd00::7"]})
    grafana = specify(settings)["spec"]["containers"][2]
    assert grafana["env"]["GF_AUTH_PROXY_WHITELIST"] == "10.0.0.7/32, fd00::7/128"
