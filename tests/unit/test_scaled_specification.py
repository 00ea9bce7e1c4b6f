"""The specifications of shards and of the view, and that one pair is what it was."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from specifications import TAGS, specify

from spcsmetrics.core.paths import GRAFANA
from spcsmetrics.deploy import estimate, planner, wishes
from spcsmetrics.deploy.certificates import Generation
from spcsmetrics.deploy.layout import list_members
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.state import State
from spcsmetrics.images.definition import SHIPPED

GENERATION = Generation(number=2_000_000_000)
ALL = dict.fromkeys(SHIPPED, "1.0")


def render(settings: Settings, family: str = "CPU_X64_S") -> dict[str, Any]:
    figures = estimate.calculate(0, 0, settings, family)
    found = wishes.specify(settings, State(user="ALICE"), ALL, figures, GENERATION)
    return {name.removeprefix("SPCS_METRICS"): one for name, one in found.items()}


def containers(specification: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one for one in specification["spec"]["containers"]}


def test_one_shard_and_one_replica_are_the_statements_of_before() -> None:
    """The file was written before shards and replicas were settings."""
    settings = Settings(viewers=("ANALYST",), external_access_integrations=("HOOKS",), pools=("WEB_POOL",))
    changes = planner.make_plan(settings, State(), specify(settings), TAGS, create_pool=True, pushed=False)
    lines = [line for change in changes for line in (f"-- {change.title}", *([f"{change.sql};"] if change.sql else []))]
    assert "\n".join(lines) + "\n" == Path(__file__).with_name("one_pair.sql").read_text()


def test_a_shard_knows_its_number_and_has_its_metrics_read_by_the_view_alone() -> None:
    shard = render(Settings(shards=2, replicas=2))["_1_B"]
    parts = containers(shard)
    assert list(parts) == ["otel", "prometheus", "thanos"]
    wanted = {"SPCS_SHARD_INDEX": "1", "SPCS_SHARD_COUNT": "2", "SPCS_REPLICA": "b"}
    for name in ("otel", "prometheus"):
        assert wanted.items() <= parts[name]["env"].items()
    assert shard["spec"]["endpoints"] == [{"name": "grpc", "port": 10901, "protocol": "TCP"}]
    assert "serviceRoles" not in shard
    arguments = parts["thanos"]["args"]
    assert arguments[0] == "sidecar"
    assert "--prometheus.url=http://127.0.0.1:9092" in arguments
    assert "--http-address=127.0.0.1:10902" in arguments
    assert "--grpc-server-tls-client-ca=/certs/ca/secret_string" in arguments
    mounted = {one["directoryPath"]: one["snowflakeSecret"]["objectName"] for one in parts["thanos"]["secrets"]}
    assert set(mounted) == {"/certs/ca", "/certs/server-cert", "/certs/server-key"}
    assert mounted["/certs/ca"] == "SPCS_METRICS.PUBLIC.SPCS_METRICS_TLS_77359400_CA"


@pytest.mark.parametrize(("series", "memory"), [(45_000, 384), (150_000, 640), (425_000, 1_408)])
def test_the_sidecar_of_a_shard_has_room_for_a_query_of_all_its_series(series: int, memory: int) -> None:
    sidecar = containers(render(Settings(shards=2, size=series))["_1"])["thanos"]
    assert sidecar["resources"]["limits"]["memory"] == f"{memory}Mi"
    assert sidecar["env"]["GOMEMLIMIT"] == f"{int(memory * 0.8)}MiB"


def test_the_view_is_the_only_public_one_and_holds_no_session_token_and_no_key_of_a_shard() -> None:
    found = render(Settings(shards=2))
    public = {name for name, one in found.items() for endpoint in one["spec"]["endpoints"] if endpoint.get("public")}
    assert public == {"_VIEW"}
    parts = containers(found["_VIEW"])
    assert list(parts) == ["thanos", "grafana"]
    assert not any(one.get("mountSessionToken", True) for one in parts.values())
    assert {one["directoryPath"] for one in parts["thanos"]["secrets"]} == {
        "/certs/ca",
        "/certs/client-cert",
        "/certs/client-key",
    }
    assert "volumes" not in found["_VIEW"]["spec"]
    assert all("readinessProbe" in one and "livenessProbe" in one for spec in found.values() for one in parts_of(spec))


def parts_of(specification: dict[str, Any]) -> list[dict[str, Any]]:
    return [*containers(specification).values()]


@pytest.mark.parametrize(("way", "folder"), [("", "view"), ("webhook", "view-webhook"), ("email", "view-email")])
def test_the_views_grafana_has_what_is_provisioned_for_a_view(way: str, folder: str) -> None:
    grafana = containers(render(Settings(shards=2, notification=way))["_VIEW"])["grafana"]
    assert grafana["env"]["GF_PATHS_PROVISIONING"] == f"/etc/grafana/{folder}"


def test_the_query_listens_where_grafana_expects_a_store() -> None:
    (address,) = [word for word in query(Settings(shards=2)) if word.startswith("--http-address=")]
    (source,) = (GRAFANA / "provisioning" / "datasources").glob("*.y*ml")
    assert address.partition("=")[2].replace("127.0.0.1", "localhost") in source.read_text()


def query(settings: Settings) -> list[str]:
    return [str(word) for word in containers(render(settings)["_VIEW"])["thanos"]["args"]]


@pytest.mark.parametrize(("replicas", "partial"), [(1, False), (2, True)])
def test_without_replicas_a_missing_shard_is_an_error_and_every_endpoint_is_strict(
    replicas: int, partial: bool
) -> None:
    words = query(Settings(shards=3, replicas=replicas))
    assert ("--no-query.partial-response" not in words) is partial
    (configuration,) = [word for word in words if word.startswith("--endpoint.sd-config=")]
    endpoints = json.loads(configuration.partition("=")[2])["endpoints"]
    assert len(endpoints) == 3 * replicas
    assert all(one["strict"] and one["client_config"]["tls_config"]["enabled"] for one in endpoints)
    assert "--deduplication.func=penalty" in words


@pytest.mark.parametrize("family", ["CPU_X64_XS", "CPU_X64_S", "CPU_X64_M"])
def test_two_replicas_do_not_fit_one_node(family: str) -> None:
    cpus = {"CPU_X64_XS": 1, "CPU_X64_S": 3, "CPU_X64_M": 6}[family]
    resources = [one["resources"] for one in containers(render(Settings(replicas=2), family)["_0_B"]).values()]
    asked = sum(float(one["requests"]["cpu"]) for one in resources)
    assert cpus / 2 < asked <= cpus * 0.9
    assert all(float(one["limits"]["cpu"]) >= float(one["requests"]["cpu"]) for one in resources)


def test_a_shard_has_the_pairs_collector_and_store() -> None:
    settings = replace(Settings(shards=2), pools=("WEB_POOL",), event_table=True)
    pair, shard = containers(specify(settings)), containers(render(settings)["_1"])
    for name in ("otel", "prometheus"):
        env = {
            key: value for key, value in shard[name]["env"].items() if not key.startswith(("SPCS_SHARD", "SPCS_REPL"))
        }
        assert {**shard[name], "env": env} == pair[name]


def test_every_service_and_node_and_volume_is_in_the_figures() -> None:
    settings = Settings(shards=2, replicas=2)
    lines = estimate.calculate(0, 40, settings, by_pool={"WEB_POOL": 30, "BATCH_POOL": 10}).lines(settings)
    assert lines[0].startswith(
        "5 nodes of CPU_X64_XS cost 0.3 credits an hour, 216 in 30 days, around the clock; 4 vol"
    )
    for member in list_members(settings):
        assert any(line.startswith(f"{member.service} (") for line in lines)
    assert "Recommended for the account's size: shards = 1." in lines
