"""How a service goes that a deployment no longer wants: noted, its volume saved as a snapshot, then dropped.

The name of the snapshot stands in the service's comment before it is taken, so that a run which follows one that broke
off takes no second one.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from spcsmetrics.deploy import ownership
from spcsmetrics.deploy.certificates import Generation
from spcsmetrics.deploy.change import Change
from spcsmetrics.deploy.layout import find_public, list_members
from spcsmetrics.deploy.names import bare, literal
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.state import State

_MARK = re.compile(r"(?P<comment>.*); leaving, kept as (?P<snapshot>\w+)", re.DOTALL)
VOLUME = '"data"'


def find_leaving(settings: Settings, state: State) -> list[str]:
    """Return the services that say to be of this deployment, are this project's, and are no longer wanted.

    The view comes first, because it needs the others.
    """
    wanted = {member.service for member in list_members(settings)}
    found = [name for name, one in state.others.items() if name not in wanted and ownership.is_own(one)]
    return sorted(found, key=lambda name: (state.others[name].volumes != {}, name))


def announce(settings: Settings, state: State) -> Iterator[str]:
    """Yield what goes, as sentences to read before anything is sent."""
    for name in find_leaving(settings, state):
        how = "its metrics are kept as a snapshot, which is billed until it is dropped (./inv snapshots)"
        stores = state.others[name].volumes != {}
        yield f"{settings.schema_name}.{name} goes: {how if stores else 'it stores nothing'}."
    boards = find_public(settings).service
    for found in state.found:
        if found.service and "grafana" in found.paths and found.service["name"] != boards:
            old = f"{settings.schema_name}.{found.service['name']}"
            yield f"The boards move from {old} to {settings.schema_name}.{boards}, which has another URL."
            if roles := sorted(found.viewers - {bare(role) for role in settings.viewers}):
                yield (
                    f"{', '.join(roles)} can open the boards by {old}!viewer alone, which goes: add them to viewers in"
                    " the settings."
                )


def choose_snapshot(settings: Settings, state: State, service: str, now: datetime) -> str:
    """Return the name of the snapshot that keeps a service's volume, nothing where it has none."""
    found = state.others[service]
    # One whose specification is not shown may have one.
    if found.volumes == {}:
        return ""
    comment = (found.service or {"comment": ""})["comment"]
    begun = _MARK.fullmatch(comment or "")
    return begun["snapshot"] if begun else f"{service}_{now:%Y%m%d_%H%M%S}"


def save(settings: Settings, state: State, service: str, snapshot: str) -> Iterator[Change]:
    """Yield what keeps the metrics of a service that goes."""
    if not snapshot or snapshot in state.snapshots:
        return
    found, name = state.others[service], f"{settings.schema_name}.{service}"
    comment = (found.service["comment"] if found.service else "") or ""
    if not _MARK.fullmatch(comment):
        noted = f"{comment}; leaving, kept as {snapshot}"
        yield Change(title=f"Note on {name} that it goes", sql=f"ALTER SERVICE {name} SET COMMENT = {literal(noted)}")
    yield Change(
        title=f"Keep the metrics of {name}, which goes, as the snapshot {settings.schema_name}.{snapshot}",
        sql=f"CREATE SNAPSHOT IF NOT EXISTS {settings.schema_name}.{snapshot}\n  FROM SERVICE {name} VOLUME {VOLUME}"
        " INSTANCE 0",
    )


def drop(settings: Settings, service: str) -> Change:
    """Return what removes a service that goes."""
    name = f"{settings.schema_name}.{service}"
    return Change(title=f"Remove the service {name}", sql=f"DROP SERVICE {name} FORCE")


def forget(settings: Settings, state: State, generation: Generation | None) -> Iterator[Change]:
    """Yield what removes certificates that no service uses any more."""
    for old in state.generations:
        if generation is None or old.number != generation.number:
            for part in sorted(old.parts):
                yield Change(
                    title=f"Remove the certificates that were valid until {old.end:%Y-%m-%d}: {part}",
                    sql=old.removal_sql(settings, part),
                )
