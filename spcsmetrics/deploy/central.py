"""A copy of all samples for a central store: what the containers are given for it, and what that costs."""

from collections.abc import Mapping
from typing import Any

from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.sizing import QUEUE_SAMPLE, SECONDS_BETWEEN_SAMPLES, Size

# Half of the volume, because the file of the queue has gaps; the same for all sizes, because a start reads through it.
QUEUE_BYTES, VOLUME_GIB = 4_000_000_000, 8
VOLUME = "queue"
_CREDENTIALS = "/secrets/central"
_CONFIG, _CENTRAL = (f"--config=/etc/otelcol/{name}.yaml" for name in ("config", "central"))


def configure(specification: dict[str, Any], settings: Settings) -> None:
    """Let the collector send a copy, from a volume of its own; nothing changes where no central store is set."""
    central = settings.central
    if not central.url:
        return
    body = specification["spec"]
    containers = {one["name"]: one for one in body["containers"]}
    collector = containers["otel"]
    collector["args"] = [*collector.get("args", [_CONFIG]), _CENTRAL]
    collector["env"] |= {"SPCS_CENTRAL_URL": central.url, "SPCS_CENTRAL_QUEUE_BYTES": str(QUEUE_BYTES)}
    if central.secret:
        # As files, which the account replaces when the secret changes; a variable stays as it was.
        collector["env"]["SPCS_CENTRAL_CREDENTIALS"] = _CREDENTIALS
        collector["secrets"] = [{"snowflakeSecret": {"objectName": central.secret}, "directoryPath": _CREDENTIALS}]
    # The store's launcher, which starts as root, gives the volume to the collector, which never is.
    for name in ("otel", "prometheus"):
        mounts = containers[name].get("volumeMounts", [])
        containers[name]["volumeMounts"] = [*mounts, {"name": VOLUME, "mountPath": "/queue"}]
    body["volumes"] = [*body["volumes"], _volume(f"{VOLUME_GIB}Gi")]


def keep_volume(specification: dict[str, Any], there: Mapping[str, str] | None) -> None:
    """Leave the queue's volume of a service that has one, also where it sends no more: no volume can be removed."""
    if size := (there or {}).get(VOLUME):
        others = [one for one in specification["spec"]["volumes"] if one["name"] != VOLUME]
        specification["spec"]["volumes"] = [*others, _volume(size)]


def lines(settings: Settings, size: Size) -> list[str]:
    """Return what a copy costs as sentences for a plan, none where no central store is set."""
    if not settings.central.url:
        return []
    hours = QUEUE_BYTES / (size.series / SECONDS_BETWEEN_SAMPLES * QUEUE_SAMPLE) / 3600
    services = f"each of {settings.shards} shards" if settings.shards > 1 else "the service"
    return [
        f"A copy of all samples goes to {settings.central.host}: {services} has {VOLUME_GIB} GiB of block storage more,"
        f" on which {hours:.0f} h of the size's samples wait while it is away."
    ]


def _volume(size: str) -> dict[str, str]:
    return {"name": VOLUME, "source": "block", "size": size}
