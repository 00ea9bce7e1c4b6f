"""What goes with a deployed service: status, logs, the URL, viewers, removal, and snapshots of its volume."""

import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.table import Table

from spcsmetrics.core import groups
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.text import visible
from spcsmetrics.deploy import readiness, rows, session
from spcsmetrics.deploy.grants import as_script, list_grants
from spcsmetrics.deploy.names import identifier
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings, read_settings
from spcsmetrics.deploy.state import read_state
from spcsmetrics.images.definition import IMAGES

_VOLUME = '"data"'


@contextmanager
def _service(path: str) -> Iterator[tuple[Settings, Execute]]:
    """Yield the settings and a session in which the service is known to be. Raises UserError where it is not."""
    settings = read_settings(path)
    carry_out([groups.group_step("deploy")])
    with session.open_account(settings.connection, settings.role) as account:
        if not read_state(account.execute, settings).service:
            raise UserError(f"there is no service {settings.service_name} that the role sees: run ./inv deploy")
        yield settings, account.execute


def print_status(path: str) -> None:
    """Print the service's state, its containers, and its URL."""
    with _service(path) as (settings, execute):
        service = rows.describe_service(execute, settings.service_name)
        table = Table("container", "status", "message", "image", "restarts")
        for row in rows.show_containers(execute, settings.service_name):
            image = row["image_name"].rsplit("/", 1)[-1]
            table.add_row(
                row["container_name"], row["status"], row["message"] or "", image, str(row["restart_count"] or 0)
            )
        url = readiness.find_url(execute, settings.service_name) or "no address yet"
    console.print(f"{settings.service_name} is {service['status']} in {service['compute_pool']}: {url}")
    console.print(table)


def print_logs(path: str, container: str, lines: int) -> None:
    """Print the last lines of a container. Raises UserError for a container that is not one of the three."""
    if container not in IMAGES:
        raise UserError(f"there is no container {container!r}: write one of {', '.join(IMAGES)}")
    if not 1 <= lines <= 1000:
        raise UserError(f"--lines {lines} cannot be had: write 1 to 1000")
    with _service(path) as (settings, execute):
        print(visible(readiness.read_logs(execute, settings.service_name, container, lines)))  # noqa: T201 - the result


def open_url(path: str) -> None:
    """Open the boards in a browser, and print their URL."""
    with _service(path) as (settings, execute):
        url = readiness.find_url(execute, settings.service_name)
    if not url:
        raise UserError("the endpoint has no address yet: it takes a few minutes after the first deploy")
    print(url)  # noqa: T201 - the result
    webbrowser.open(url)


def grant_viewer(path: str, role: str, *, dry: bool) -> None:
    """Let a role open the boards, and nothing else."""
    name = identifier(role, "the role")
    with _service(path) as (settings, execute):
        sql = f"GRANT SERVICE ROLE {settings.service_name}!viewer TO ROLE {name}"
        _send(execute, f"Let the role {name} see the boards", sql, dry=dry)
    console.print(
        f"- The role needs USAGE on {settings.database} and {settings.schema_name} too, which their owner gives:"
        " ./inv grants prints it for the viewers in the settings"
    )


def undeploy(path: str, *, force: bool, yes: bool, dry: bool) -> None:
    """Remove the service; with force also its volume, of which Snowflake keeps a snapshot for seven days.

    Asks before it does, unless yes. Database, repository, pool and grants stay: they may be somebody else's too.
    """
    with _service(path) as (settings, execute):
        name = settings.service_name
        if not force:
            raise UserError(
                f"{name} has a volume with the metrics: add --force to remove both; Snowflake keeps a snapshot of the"
                " volume for seven days, and ./inv backup makes one that stays"
            )
        if not (yes or dry) and not console.confirm(f"Remove {name}, its URL and its volume?"):
            raise UserError("nothing was removed")
        _send(execute, f"Remove the service {name}", f"DROP SERVICE {name} FORCE", dry=dry)
        console.print(
            f"- Left: the compute pool {settings.compute_pool}, which costs while it runs"
            f" (DROP COMPUTE POOL {settings.compute_pool}), the images in {settings.repository_name}, and the grants"
            " (./inv grants --inverse)"
        )


def back_up(path: str, *, dry: bool) -> None:
    """Take a snapshot of the metrics' volume while the service runs, and print its name."""
    with _service(path) as (settings, execute):
        snapshot = f"{settings.schema_name}.{settings.service}_{datetime.now(UTC):%Y%m%d_%H%M%S}"
        sql = f"CREATE SNAPSHOT {snapshot}\n  FROM SERVICE {settings.service_name} VOLUME {_VOLUME} INSTANCE 0"
        _send(execute, "Take a snapshot of the volume", sql, dry=dry)
    print(snapshot)  # noqa: T201 - the result


def restore(path: str, snapshot: str, *, yes: bool, timeout: int, dry: bool) -> None:
    """Replace the metrics by those of a snapshot; the service stands still meanwhile. Asks before it does."""
    parts = [identifier(part, "the snapshot") for part in snapshot.split(".")]
    with _service(path) as (settings, execute):
        name = settings.service_name
        source = ".".join(parts) if len(parts) > 1 else f"{settings.schema_name}.{parts[0]}"
        question = f"Replace the metrics of {name} by those of {source}?"
        if not (yes or dry) and not console.confirm(question):
            raise UserError("nothing was restored")
        put_back = f"ALTER SERVICE {name} RESTORE VOLUME {_VOLUME}\n  INSTANCES 0 FROM SNAPSHOT {source}"
        try:
            _send(execute, "Stop the service", f"ALTER SERVICE {name} SUSPEND", dry=dry)
            if not dry:
                readiness.wait_until_suspended(execute, settings, timeout)
            _send(execute, "Restore the volume", put_back, dry=dry)
        finally:
            _send(execute, "Start the service", f"ALTER SERVICE {name} RESUME", dry=dry)
        if not dry:
            print(readiness.wait_until_ready(execute, settings, timeout, lambda _: None))  # noqa: T201 - the result


def _send(execute: Execute, title: str, sql: str, *, dry: bool) -> None:
    carry_out([Step(title=title, detail=sql, action=lambda: execute(sql))], dry=dry)


def print_grants(path: str, *, inverse: bool) -> None:
    """Print what an administrator runs once, or what takes it back. Needs no account."""
    settings = read_settings(path)
    print(as_script(list_grants(settings), inverse=inverse))  # noqa: T201 - the result
    if not inverse and not settings.pools:
        console.print(
            "The settings name no pools to watch: add GRANT MONITOR ON COMPUTE POOL ... for each, or name them."
        )
