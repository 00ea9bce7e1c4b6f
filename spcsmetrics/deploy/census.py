"""What is wrong with the services of a deployment that has several, as sentences with what to do."""

from collections.abc import Iterator
from datetime import datetime

from spcsmetrics.deploy import certificates, departure
from spcsmetrics.deploy.layout import list_members
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.state import State


def judge(settings: Settings, state: State, now: datetime) -> list[str]:
    """Return what is missing, does not run, should be gone, or is about to end; nothing for one pair."""
    if not settings.scaled and not state.others:
        return []
    return [*_judge_services(settings, state), *_judge_certificates(settings, state, now)]


def _judge_services(settings: Settings, state: State) -> Iterator[str]:
    for member in list_members(settings):
        service = state.of(member.of(settings)).service
        part = f"{member.service} ({member.describe(settings)})"
        if service is None:
            yield f"{part} is missing, or the role does not see it: run ./inv deploy"
        elif service["status"] != "RUNNING":
            yield f"{part} is {service['status']}: ./inv status shows its containers"
    for name in departure.find_leaving(settings, state):
        yield f"{name} is a service of this deployment that the settings no longer want: run ./inv deploy"


def _judge_certificates(settings: Settings, state: State, now: datetime) -> Iterator[str]:
    newest = certificates.find_newest(state.generations)
    if newest is None or not settings.scaled:
        return
    if newest.end - now < certificates.RENEWED_BEFORE:
        yield f"the certificates between the services end on {newest.end:%Y-%m-%d}: run ./inv rotate"
    old = [
        found.service["name"]
        for found in state.found
        if found.service and found.specification and not certificates.is_used(newest, found.specification)
    ]
    if old:
        yield f"{', '.join(old)} still use other certificates than the newest: run ./inv deploy"
