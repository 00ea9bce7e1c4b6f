"""The address of the boards in Grafana's messages: the account gives it after the service, so it is set after that."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from spcsmetrics.deploy.change import Change
from spcsmetrics.deploy.layout import Member
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.state import ROOT_URL_VARIABLE, Found

# As a plan names it.
FIELD = f"containers.grafana.env.{ROOT_URL_VARIABLE}"


def settle(settings: Settings, there: Found) -> Settings:
    """Return the settings with the address among Grafana's variables once it is known; what they say themselves stays.

    What runs stays where the account shows none at the moment.
    """
    url = f"{there.url}/" if there.url else there.root_url
    if not url or _is_set(settings):
        return settings
    return replace(settings, environment=(*settings.environment, (ROOT_URL_VARIABLE, url)))


def is_awaited(settings: Settings, there: Found) -> bool:
    """Return whether the address is still to come, and to be set then."""
    hidden = there.service is not None and there.specification is None
    return not (_is_set(settings) or hidden or there.url or there.root_url)


def promise(settings: Settings, member: Member) -> Change:
    """Return what a plan says of the change that holds the address."""
    name = member.of(settings).service_name
    return Change(
        title=f"Change the specification of {name} again, once its endpoint has an address: {ROOT_URL_VARIABLE}"
    )


def leave_out(specification: Mapping[str, Any]) -> dict[str, Any]:
    """Return a specification without it: what a service was made from is the same before and after."""
    rest = copy.deepcopy(dict(specification))
    for container in rest["spec"]["containers"]:
        container.get("env", {}).pop(ROOT_URL_VARIABLE, None)
    return rest


def _is_set(settings: Settings) -> bool:
    return any(name.startswith(ROOT_URL_VARIABLE) for name, _ in (*settings.environment, *settings.secrets))
