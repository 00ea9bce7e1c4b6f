"""What is wanted of an account: images, certificates, and the specification of each service."""

from collections.abc import Mapping
from typing import Any

from spcsmetrics.deploy import central, planner, root_url, scaled, specification
from spcsmetrics.deploy.certificates import Generation
from spcsmetrics.deploy.estimate import Estimate
from spcsmetrics.deploy.layout import SHARD, VIEW, Member, list_members
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.state import State

# What a plan has in the place of an address that the account gives with the service.
UNKNOWN = "unknown.svc.spcs.internal"


def specify(
    settings: Settings, state: State, tags: Mapping[str, str], figures: Estimate, generation: Generation | None
) -> dict[str, dict[str, Any]]:
    """Return the specification of each service by its name, for images of these tags."""
    images = planner.image_paths(settings, tags)
    found = {}
    for member in list_members(settings):
        wanted = found[member.service] = _specify(settings, state, member, images, figures, generation)
        central.keep_volume(wanted, state.of(member.of(settings)).volumes)
    return found


def _specify(
    settings: Settings,
    state: State,
    member: Member,
    images: Mapping[str, str],
    figures: Estimate,
    generation: Generation | None,
) -> dict[str, Any]:
    if generation and member.kind == SHARD:
        volume = figures.volumes[member.service]
        return scaled.render_shard(
            settings, images, member, generation, size=figures.size, volume_gib=volume, family=figures.family
        )
    administrator = _find_administrator(state)
    settings = root_url.settle(settings, state.of(member.of(settings)))
    if generation and member.kind == VIEW:
        addresses = _find_addresses(settings, state)
        return scaled.render_view(settings, images, administrator, generation, size=figures.size, addresses=addresses)
    return specification.render(settings, images, administrator, figures.size, figures.volume_gib)


def _find_administrator(state: State) -> str:
    """Return who is Grafana's administrator: who deployed first stays it until the settings name another."""
    found = next((one.administrator for one in state.found if one.administrator), "")
    return found or state.user or "DEPLOYER"


def _find_addresses(settings: Settings, state: State) -> list[str]:
    """Return where the view reaches each shard, by the name that the account gave it."""
    found = []
    for member in list_members(settings):
        if member.kind == SHARD:
            service = state.of(member.of(settings)).service
            found.append((service and service.get("dns_name")) or f"{member.service.lower()}.{UNKNOWN}")
    return found
