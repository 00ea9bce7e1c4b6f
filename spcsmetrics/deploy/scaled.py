"""The specifications of a deployment of several services: those of a pair, divided among shards and the view."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from spcsmetrics.core.paths import DEPLOY
from spcsmetrics.deploy import specification
from spcsmetrics.deploy.certificates import PARTS, SERVER_NAME, Generation
from spcsmetrics.deploy.layout import Member
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.sizing import FAMILIES, Size, find_query_mib, find_sidecar_mib

TEMPLATE = DEPLOY / "thanos.yaml"
PORT = 10901
_GARBAGE = 0.8


def render_shard(
    settings: Settings,
    images: Mapping[str, str],
    member: Member,
    generation: Generation,
    *,
    size: Size,
    volume_gib: int,
    family: str,
) -> dict[str, Any]:
    """Return the specification of a shard: collector and store of a pair, and a sidecar on a private endpoint."""
    pair = specification.fill(member.of(settings), images, "", size, volume_gib)["spec"]
    memory = find_sidecar_mib(size.series)
    limits = {"sidecar_memory": f"{memory}Mi", "sidecar_garbage": f"{int(memory * _GARBAGE)}MiB"}
    more = _read(settings, images, generation, limits)
    containers = {one["name"]: one for one in pair["containers"]}
    environment = {
        "SPCS_SHARD_INDEX": str(member.shard),
        "SPCS_SHARD_COUNT": str(settings.shards),
        "SPCS_REPLICA": member.replica,
    }
    for name in ("otel", "prometheus"):
        containers[name]["env"] |= environment
    if settings.replicas > 1:
        _spread(containers["prometheus"]["resources"], family)
    shard: dict[str, Any] = {
        "spec": {
            "containers": [containers["otel"], containers["prometheus"], more["sidecar"]],
            "endpoints": [more["endpoint"]],
            "volumes": pair["volumes"],
        }
    }
    specification.validate(shard)
    return shard


def _spread(resources: dict[str, Any], family: str) -> None:
    """Ask for half of a node's CPUs, so that two replicas never share a node and die with it."""
    if family in FAMILIES:
        half = FAMILIES[family][0] / 2
        resources["requests"]["cpu"] = f"{half:g}"
        resources["limits"]["cpu"] = f"{max(half, float(resources['limits']['cpu'])):g}"


def render_view(
    settings: Settings,
    images: Mapping[str, str],
    administrator: str,
    generation: Generation,
    *,
    size: Size,
    addresses: Sequence[str],
) -> dict[str, Any]:
    """Return the specification of the view over shards at these addresses: Grafana and a query."""
    pair = specification.fill(settings, images, administrator, size, 0)
    memory = find_query_mib(size.series * settings.shards)
    values = {
        "endpoints": list_endpoints(addresses),
        "query_memory": f"{memory}Mi",
        "query_garbage": f"{int(memory * _GARBAGE)}MiB",
    }
    query = _read(settings, images, generation, values)["query"]
    if settings.replicas == 1:
        # With replicas one that is away leaves the answer whole; without them half an answer would look like one.
        query["args"].append("--no-query.partial-response")
    grafana = next(one for one in pair["spec"]["containers"] if one["name"] == "grafana")
    # The image has its data sources and alerts for a view beside those for a store.
    way = f"-{settings.notification}" if settings.notification else ""
    grafana["env"]["GF_PATHS_PROVISIONING"] = f"/etc/grafana/view{way}"
    view: dict[str, Any] = {
        "spec": {"containers": [query, grafana], "endpoints": pair["spec"]["endpoints"]},
        "serviceRoles": pair["serviceRoles"],
    }
    specification.validate(view)
    return view


def list_endpoints(addresses: Sequence[str]) -> str:
    """Return the query's configuration of shards at these addresses.

    Each is strict: one that does not answer stays in the set, so that a query fails or warns instead of forgetting it.
    """
    tls = {
        "enabled": True,
        "ca_file": "/certs/ca/secret_string",
        "cert_file": "/certs/client-cert/secret_string",
        "key_file": "/certs/client-key/secret_string",
    }
    client = {"tls_config": tls, "server_name": SERVER_NAME}
    endpoints = [{"address": f"{one}:{PORT}", "strict": True, "client_config": client} for one in addresses]
    # JSON is YAML.
    return json.dumps({"endpoints": endpoints})


def _read(
    settings: Settings, images: Mapping[str, str], generation: Generation, more: Mapping[str, str]
) -> dict[str, Any]:
    secrets = {f"secret_{part.lower()}": generation.secret(settings, part) for part in PARTS}
    others = ("endpoints", "query_memory", "query_garbage", "sidecar_memory", "sidecar_garbage")
    blank = dict.fromkeys(others, "")
    return specification.read_template(TEMPLATE, {"image_thanos": images["thanos"], **secrets, **blank, **more})
