"""What goes with a deployed service: status, logs, the URL, viewers and removal."""

import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager

from rich.table import Table

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.text import visible
from spcsmetrics.deploy import addresses, drift, libraries, ownership, readiness, rows, session
from spcsmetrics.deploy.announcement import announce
from spcsmetrics.deploy.grants import as_script, for_deployers, list_grants
from spcsmetrics.deploy.grants_applications import owner_script
from spcsmetrics.deploy.names import identifier
from spcsmetrics.deploy.refusals import RefusedError
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings, read_settings
from spcsmetrics.deploy.state import State, read_images
from spcsmetrics.images.definition import IMAGES


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
    """Yield the settings and a session in which the service is there. Raises UserError where it is not.

    What changes the service changes this project's alone.
    """
    with open_account(path, dry=dry) as (settings, execute, state):
        if not state.service:
            raise UserError(f"the role does not see a service {settings.service_name}: run ./inv deploy")
        if change:
            ownership.require_own(settings, state, adopt=False)
        yield settings, execute


def print_status(path: str) -> None:
    """Print the service's state, its containers, and its URL."""
    with open_service(path) as (settings, execute):
        service = rows.describe_service(execute, settings.service_name)
        table = Table("container", "status", "message", "image", "restarts")
        containers = rows.show_containers(execute, settings.service_name)
        for row in containers:
            image = row["image_name"].rsplit("/", 1)[-1]
            table.add_row(
                row["container_name"], row["status"], row["message"] or "", image, str(row["restart_count"] or 0)
            )
        url = readiness.find_url(execute, settings) or "no address yet"
        # A suspended service has no containers, and its specification is for its owner.
        specification = drift.read(service.get("spec") or "") or {"spec": {}}
        wanted = [one["image"] for one in specification["spec"].get("containers") or []]
        used = {str(image).rsplit("/", 1)[-1] for image in (*wanted, *(row["image_name"] for row in containers))}
        idle = _find_idle_images(execute, settings, used) if used else []
    console.print(f"{settings.service_name} is {service['status']} in {service['compute_pool']}: {url}")
    console.print(table)
    if idle:
        console.print(
            f"In {settings.repository_name}, and not run: {', '.join(idle)}. They are billed as storage; images cannot"
            " be deleted one by one, only with their whole repository"
        )


def _find_idle_images(execute: Execute, settings: Settings, used: set[str]) -> list[str]:
    """Return what is in the repository beside what the service uses; nothing where the role does not see it."""
    try:
        found = read_images(execute, settings)
    except RefusedError:
        return []
    return sorted(name for name in (f"{image}:{tag}" for image, tag in found) if name not in used)


def print_logs(path: str, container: str, lines: int) -> None:
    """Print the last lines of a container. Raises UserError for a container that is not one of the three."""
    if container not in IMAGES:
        raise UserError(f"the container {container!r} does not exist: write one of {', '.join(IMAGES)}")
    with open_service(path) as (settings, execute):
        print(visible(readiness.read_logs(execute, settings.service_name, container, lines)))  # noqa: T201 - the result


def open_url(path: str) -> None:
    """Open the boards in a browser, and print their URL."""
    with open_service(path) as (settings, execute):
        url = readiness.find_url(execute, settings)
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
        name = settings.service_name
        if not state.service:
            # An earlier run may have been killed after it had removed the service.
            console.print(f"- Nothing is left of the service {name}: the role {state.role} sees none of this name")
            _print_rest(settings)
            return
        ownership.require_own(settings, state, adopt=adopt)
        if not force:
            raise UserError(
                f"{name} has a volume with the metrics: add --force to remove both; Snowflake keeps a snapshot of the"
                " volume for seven days where its bundle 2026_01 is on, and ./inv backup makes one that stays"
            )
        if not (yes or dry) and not console.confirm(f"Remove {name}, its URL and its volume?"):
            raise UserError("nothing was removed: answer y, or add --yes where nobody can answer")
        send(execute, f"Remove the service {name}", f"DROP SERVICE {name} FORCE", dry=dry)
        _print_rest(settings)


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
