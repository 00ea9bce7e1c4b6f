"""What goes with a deployment: logs, the URL, viewers, grants and removal."""

import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.text import visible
from spcsmetrics.deploy import addresses, departure, libraries, ownership, readiness, session
from spcsmetrics.deploy.announcement import announce
from spcsmetrics.deploy.grants import as_script, for_deployers, list_grants
from spcsmetrics.deploy.grants_applications import owner_script
from spcsmetrics.deploy.layout import CONTAINERS, PAIR, list_members
from spcsmetrics.deploy.names import identifier
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings, read_settings
from spcsmetrics.deploy.state import State
from spcsmetrics.images.definition import SHIPPED


@contextmanager
def open_account(path: str, *, dry: bool = False) -> Iterator[tuple[Settings, Execute, State]]:
    """Yield the settings, a session and the account's state, after printing who works where. Raises UserError."""
    settings = read_settings(path)
    libraries.install(dry=dry)
    with session.open_account(settings.connection, settings.role) as account:
        settings = addresses.settle(settings, private=account.private)
        yield settings, account.execute, announce(account, path, settings)


@contextmanager
def open_service(path: str, *, change: bool = False, dry: bool = False) -> Iterator[tuple[Settings, Execute]]:
    """Yield the settings of the service that has the boards, and a session. Raises UserError where it is not there."""
    with open_services(path, change=change, dry=dry) as (settings, execute, state):
        boards = next((one for one in list_services(settings, state) if "grafana" in state.of(one).paths), settings)
        yield boards, execute


@contextmanager
def open_services(path: str, *, change: bool = False, dry: bool = False) -> Iterator[tuple[Settings, Execute, State]]:
    """Yield the settings, a session and the account's state, with services that are there. Raises UserError.

    What changes services changes this project's alone.
    """
    with open_account(path, dry=dry) as (settings, execute, state):
        if not state.found:
            raise UserError(f"the role does not see a service {settings.service_name}: run ./inv deploy")
        if change:
            ownership.require_own(settings, state, adopt=False)
        yield settings, execute, state


def list_services(settings: Settings, state: State) -> list[Settings]:
    """Return the settings of each service of the deployment that is there: those with its name in their place."""
    first = [settings.service] if state.service else []
    return [replace(settings, service=name) for name in (*first, *sorted(state.others))]


def print_logs(path: str, container: str, lines: int, service: str = "") -> None:
    """Print the last lines of a container, of the first service that has it, or of one that is named.

    Raises UserError for a container that no service has.
    """
    if container not in SHIPPED:
        raise UserError(f"the container {container!r} does not exist: write one of {', '.join(SHIPPED)}")
    with open_services(path) as (settings, execute, state):
        named = [one for one in list_services(settings, state) if service.upper() in ("", one.service)]
        if not named:
            known = ", ".join(one.service for one in list_services(settings, state))
            raise UserError(f"the service {service!r} is not of this deployment: write one of {known}")
        # A service that stands still shows its containers to its owner alone.
        having = [one for one in named if container in (state.of(one).paths or CONTAINERS[PAIR])]
        if not having:
            known = ", ".join(dict.fromkeys(key for one in named for key in state.of(one).paths or CONTAINERS[PAIR]))
            raise UserError(f"the container {container!r} does not exist: write one of {known}")
        printed = readiness.read_logs(execute, having[0].service_name, container, lines)
        print(visible(printed))  # noqa: T201 - the result


def open_url(path: str) -> None:
    """Open the boards in a browser, and print their URL."""
    with open_service(path) as (settings, execute):
        url = addresses.find_url(execute, settings)
    if not url:
        raise UserError("the endpoint has no address yet: it takes a few minutes after the first deploy")
    print(visible(url))  # noqa: T201 - the result
    webbrowser.open(url)


def grant_viewer(path: str, role: str, *, dry: bool) -> None:
    """Let a role open the boards, and nothing else."""
    name = identifier(role, "the role")
    with open_service(path, change=True, dry=dry) as (settings, execute):
        sql = f"GRANT SERVICE ROLE {settings.service_name}!viewer TO ROLE {name}"
        send(execute, f"Let the role {name} see the boards", sql, dry=dry)
    console.print(
        f"- The role needs USAGE on {settings.database} and {settings.schema_name} too, which their owner gives:"
        " ./inv grants prints it for the viewers in the settings"
    )


def undeploy(path: str, *, force: bool, yes: bool, adopt: bool, dry: bool) -> None:
    """Remove the service; with force also its volume, of which Snowflake keeps a snapshot for seven days.

    Asks before it does, unless yes. Database, repository, pool and grants stay: they may be somebody else's too.
    """
    with open_account(path, dry=dry) as (settings, execute, state):
        name, there = settings.service_name, _list_own(settings, state)
        if not there:
            # An earlier run may have been killed after it had removed the service.
            console.print(f"- Nothing is left of the service {name}: the role {state.role} sees none of this name")
        else:
            _check_removal(settings, state, force=force, adopt=adopt)
            _ask(there, yes=yes or dry)
        # The view comes first, because it needs the others.
        for one in sorted(there, key=lambda one: (state.of(one).volumes != {}, one.service)):
            send(execute, f"Remove the service {one.service_name}", f"DROP SERVICE {one.service_name} FORCE", dry=dry)
        for change in departure.forget(settings, state, None):
            send(execute, change.title, change.sql, dry=dry)
        _print_rest(settings)


def _list_own(settings: Settings, state: State) -> list[Settings]:
    """Return the services of the deployment, without one of others that only says in its comment to be of it."""
    wanted = {member.service for member in list_members(settings)}
    found = list_services(settings, state)
    return [one for one in found if one.service in wanted or ownership.is_own(state.of(one))]


def _check_removal(settings: Settings, state: State, *, force: bool, adopt: bool) -> None:
    ownership.require_own(settings, state, adopt=adopt)
    if not force:
        raise UserError(
            f"{settings.service_name} has a volume with the metrics: add --force to remove both; Snowflake keeps a"
            " snapshot of the volume for seven days where its bundle 2026_01 is on, and ./inv backup makes one that"
            " stays"
        )


def _ask(there: list[Settings], *, yes: bool) -> None:
    names = " and ".join([", ".join(one.service_name for one in there[:-1]), there[-1].service_name][len(there) < 2 :])
    what = "its URL and its volume" if len(there) == 1 else "their URL and their volumes"
    if not yes and not console.confirm(f"Remove {names}, {what}?"):
        raise UserError("nothing was removed: answer y, or add --yes where nobody can answer")


def _print_rest(settings: Settings) -> None:
    """Print what a removal leaves, and what that costs."""
    console.print(
        "- ./inv snapshots lists what is kept of the volume, which is billed. Not removed: the compute pool"
        f" {settings.compute_pool}, which costs while it runs"
        f" (DROP COMPUTE POOL {settings.compute_pool}), the images in {settings.repository_name}, and the grants"
        " (./inv grants --inverse)"
    )


def send(execute: Execute, title: str, sql: str, *, dry: bool) -> None:
    """Send one statement as a step of its own, or only print it."""
    carry_out([Step(title=title, detail=sql, action=lambda: execute(sql))], dry=dry)


def print_grants(path: str, *, inverse: bool) -> None:
    """Print what an administrator runs once, or what takes it back. Needs no account."""
    settings = read_settings(path)
    owners = owner_script(settings, inverse=inverse)
    for script in (owners, as_script(list_grants(settings), inverse=inverse))[:: 1 if inverse else -1]:
        if script:
            print(visible(script))  # noqa: T201 - the result
    if not inverse:
        print(visible(for_deployers(settings)))  # noqa: T201
    if not inverse and not settings.pools:
        console.print(
            "The settings name no pools to watch: add GRANT MONITOR ON COMPUTE POOL ... for each, or name them."
        )
