"""The service specification: one template, filled in and held against a schema."""

import hashlib
import json
import string
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import DEPLOY
from spcsmetrics.deploy import applications, central
from spcsmetrics.deploy.layout import CONTAINERS, PAIR
from spcsmetrics.deploy.names import bare
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.sizing import GRAFANA_MIB, Size

TEMPLATE = DEPLOY / "service.yaml"
SCHEMA = DEPLOY / "service.schema.json"
_EVENT_TABLE = ["--config=/etc/otelcol/config.yaml", "--config=/etc/otelcol/event-table.yaml"]


def render(
    settings: Settings, images: Mapping[str, str], administrator: str, size: Size, volume_gib: int
) -> dict[str, Any]:
    """Return the specification of a size for images by their key, as /database/schema/repository/...

    Raises UserError when an account would not take the result.
    """
    specification = fill(settings, images, administrator, size, volume_gib)
    validate(specification)
    return specification


def fill(
    settings: Settings, images: Mapping[str, str], administrator: str, size: Size, volume_gib: int
) -> dict[str, Any]:
    """Return the template of a pair, filled in and configured; images that are not named stay empty."""
    values = {
        **{f"image_{key}": images.get(key, "") for key in CONTAINERS[PAIR]},
        "pools": _list_pools([bare(pool) for pool in settings.pools]),
        "retention_time": f"{settings.retention_days}d",
        "volume_size": f"{volume_gib}Gi",
        "series": str(size.series),
        "cpus": str(size.cpus),
        "collector_memory": f"{size.collector_mib}Mi",
        "collector_garbage": f"{size.collector_garbage_mib}MiB",
        "queue_bytes": str(size.queue_bytes),
        "store_memory": f"{size.store_mib}Mi",
        "grafana_memory": f"{GRAFANA_MIB}Mi",
        "administrator": settings.administrator or administrator,
    }
    specification = read_template(TEMPLATE, values)
    containers = {container["name"]: container for container in specification["spec"]["containers"]}
    _configure(containers["grafana"], settings)
    if settings.event_table:
        containers["otel"]["args"] = _EVENT_TABLE
        if settings.event_table_metrics:
            containers["otel"]["env"]["SPCS_EVENT_TABLE_METRICS"] = settings.event_table_metrics
    applications.configure(containers["otel"], settings, size)
    central.configure(specification, settings)
    return specification


def read_template(template: Path, values: Mapping[str, str]) -> dict[str, Any]:
    """Return a template with its ${...} filled in."""
    filled: dict[str, Any] = _fill(_parse(template), values)
    return filled


@cache
def _parse(template: Path) -> Any:  # noqa: ANN401 - a tree of YAML
    return yaml.load(template.read_text(), yaml.CSafeLoader)


def _list_pools(pools: Sequence[str]) -> str:
    """Return names as the collector takes them: it reads a variable as YAML, where NULL means nothing."""
    listed = ",".join(pools)
    return listed if not listed or yaml.safe_load(listed) == listed else json.dumps(pools)


def _configure(grafana: dict[str, Any], settings: Settings) -> None:
    if settings.ingress_addresses:
        grafana["env"]["GF_AUTH_PROXY_WHITELIST"] = ", ".join(settings.ingress_addresses)
    if settings.notification:
        grafana["env"]["GF_PATHS_PROVISIONING"] = f"/etc/grafana/notify-{settings.notification}"
    grafana["env"] |= dict(settings.environment)
    if settings.secrets:
        grafana["secrets"] = [
            {"snowflakeSecret": {"objectName": secret}, "envVarName": name, "secretKeyRef": "secret_string"}
            for name, secret in settings.secrets
        ]


def _fill(tree: Any, values: Mapping[str, str]) -> Any:  # noqa: ANN401 - a tree of YAML
    if isinstance(tree, dict):
        return {key: _fill(value, values) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_fill(value, values) for value in tree]
    return string.Template(tree).substitute(values) if isinstance(tree, str) else tree


def validate(specification: dict[str, Any]) -> None:
    """Raise UserError that names the place where a specification differs from the schema."""
    fault = _find_fault(json.dumps(specification))
    if fault:
        raise UserError(f"the service specification is not valid at {fault}")


@cache
def _find_fault(specification: str) -> str:
    """Return the first place that differs from the schema, and how; each stage of a run asks again."""
    import jsonschema  # noqa: PLC0415 - of the group deploy

    errors = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).iter_errors(json.loads(specification))
    error = min(errors, key=lambda one: list(map(str, one.path)), default=None)
    return f"{'.'.join(map(str, error.absolute_path)) or 'the specification'}: {error.message}" if error else ""


def as_json(specification: dict[str, Any]) -> str:
    """Return the specification as it is sent."""
    return json.dumps(specification, indent=2)


def fingerprint(specification: dict[str, Any]) -> str:
    """Return 12 characters in which two specifications differ."""
    return hashlib.sha256(json.dumps(specification, sort_keys=True).encode()).hexdigest()[:12]
