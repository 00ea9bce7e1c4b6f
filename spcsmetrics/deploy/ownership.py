"""Whether a service is this project's: by what runs in it, not by its name or its comment."""

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy.layout import CONTAINERS, PAIR, find_deployment, list_members
from spcsmetrics.deploy.names import LABEL
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.state import Found, State
from spcsmetrics.images.definition import SHIPPED


def is_own(state: Found) -> bool:
    """Return whether the service that is there was made by this project, of whatever version.

    What runs decides; the comment does only where nothing else can be seen: the service stands still, and its
    specification is for its owner.
    """
    if state.paths:
        names = {path.rsplit("/", 1)[-1].split("@")[0].split(":")[0] for path in state.paths.values()}
        return any({SHIPPED[key].name for key in keys} <= names for keys in CONTAINERS.values())
    return state.service is not None and (state.service["comment"] or "").startswith(LABEL)


def require_own(settings: Settings, state: State, *, adopt: bool) -> None:
    """Raise UserError for what another deployment has, or this project did not make, unless it is to be taken over.

    Judges all that the settings want.
    """
    for member in list_members(settings):
        found = state.of(member.of(settings))
        _require(member.of(settings), found, adopt=adopt)
        if not adopt:
            _require_of_deployment(settings, member.service, found)


def _require_of_deployment(settings: Settings, service: str, state: Found) -> None:
    """Raise UserError for a service of another deployment, such as a pair that has the name of a shard."""
    of = find_deployment(state.service["comment"]) if state.service else ""
    if service != settings.service and set(CONTAINERS[PAIR]) <= set(state.paths):
        of = service
    if of not in ("", settings.service):
        raise UserError(
            f"the service {settings.schema_name}.{service} is of the deployment {of}: set service to another name, or"
            " add --adopt if it may be changed into a part of this one"
        )


def _require(settings: Settings, state: State, *, adopt: bool) -> None:
    if not state.service or adopt or is_own(state):
        return
    if not state.paths:
        owner = state.service["owner"]
        raise UserError(
            f"whether this project made the service {settings.service_name} is not seen: it stands still, its comment"
            f" does not say so, and its specification is for its owner: set role to {owner}, or add --adopt if it is"
            " yours and may be changed"
        )
    raise UserError(
        f"the service {settings.service_name} was not made by this project (its containers: {', '.join(state.paths)}):"
        " set service to another name, or add --adopt if it is yours and may be changed"
    )
