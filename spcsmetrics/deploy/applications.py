"""Applications of a deployment: how many series they may have at most, and what the collector is given for them."""

from typing import Any

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy.service_names import parse_service
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.sizing import Size

# The receiver's bounds: samples of one scrape, and instances of all applications together.
SAMPLES_A_TARGET, MOST_TARGETS = 5_000, 200
# Without a number of instances applications get this part of the size, so that a change of the pools moves nothing.
_PART = 2
_STATEMENTS_A_DAY = 1_440
_CONFIG, _SERVICES = (f"--config=/etc/otelcol/{name}.yaml" for name in ("config", "services"))


def find_targets(settings: Settings, size: Size) -> int:
    """Return how many instances of applications are scraped at most."""
    if not settings.applications:
        return 0
    return settings.application_targets or min(MOST_TARGETS, size.series // _PART // SAMPLES_A_TARGET)


def add_room(settings: Settings, series: int) -> int:
    """Return for how many series the size must be, with so many of nodes."""
    if not settings.applications:
        return series
    if settings.application_targets:
        return series + settings.application_targets * SAMPLES_A_TARGET
    return series * _PART


def check_room(settings: Settings, series: int, size: Size) -> None:
    """Raise UserError where nodes and applications together may have more series than the size is for."""
    targets = find_targets(settings, size)
    most = targets * SAMPLES_A_TARGET
    if targets and series + most > size.series:
        fitting = max(0, size.series - series) // SAMPLES_A_TARGET
        fewer = f"application_targets to {fitting}, " if fitting else ""
        raise UserError(
            f"applications may have {targets} x {SAMPLES_A_TARGET:,} = {most:,} series and the nodes {series:,}, more"
            f" than the size for {size.series:,}: set {fewer}size to {series + most}, or size to auto"
        )


def lines(settings: Settings, size: Size) -> list[str]:
    """Return the bounds as sentences for a plan, none where applications are not scraped."""
    targets = find_targets(settings, size)
    if not targets:
        return []
    return [
        f"Applications: at most {targets} instances x {SAMPLES_A_TARGET:,} samples = {targets * SAMPLES_A_TARGET:,}"
        f" series; the account is asked for its services {_STATEMENTS_A_DAY:,} times a day, which needs no warehouse."
    ]


def configure(collector: dict[str, Any], settings: Settings, size: Size) -> None:
    """Let the collector's container scrape applications."""
    if not settings.applications:
        return
    collector["args"] = [*collector.get("args", [_CONFIG]), _SERVICES]
    collector["env"]["SPCS_APPLICATION_TARGETS"] = str(find_targets(settings, size))
    if listed := _list_uncommented(settings):
        collector["env"]["SPCS_APPLICATION_SERVICES"] = listed


def doctor_arguments(settings: Settings) -> list[str]:
    """Return the flags of the collector's doctor that let it examine applications too."""
    if not settings.applications:
        return []
    listed = _list_uncommented(settings)
    return ["--applications", *([f"--services={listed}"] if listed else [])]


def _list_uncommented(settings: Settings) -> str:
    """Return the services that are scraped without a word in their comments, as the collector takes them."""
    named = [parse_service("services", name) for name in settings.services]
    return ",".join(str(service) for service in named if service.target)
