"""Snapshots of the metrics' volume: taken, listed, dropped, and put back."""

from datetime import UTC, datetime

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import console
from spcsmetrics.core.text import visible
from spcsmetrics.deploy import marks, readiness, rows
from spcsmetrics.deploy.names import bare, identifier, literal
from spcsmetrics.deploy.operations import list_services, open_account, open_services, send
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.state import State

_VOLUME = '"data"'
_COST = (
    "Each snapshot is billed as block storage until it is dropped, and one day longer; Snowflake drops those that it"
    f" made itself ({marks.KEPT}...) after seven days"
)


def back_up(path: str, *, dry: bool) -> None:
    """Take a snapshot of each volume with metrics while the services run, and print its name."""
    taken = []
    with open_services(path, change=True, dry=dry) as (settings, execute, state):
        now = datetime.now(UTC)
        # One whose specification is not shown may have a volume.
        for one in (one for one in list_services(settings, state) if state.of(one).volumes != {}):
            snapshot = f"{one.service_name}_{now:%Y%m%d_%H%M%S}"
            sql = f"CREATE SNAPSHOT {snapshot}\n  FROM SERVICE {one.service_name} VOLUME {_VOLUME} INSTANCE 0"
            send(execute, f"Take a snapshot of the volume of {one.service_name}", sql, dry=dry)
            taken.append(snapshot)
    console.print(f"- {_COST}: ./inv snapshots")
    print("\n".join(taken))  # noqa: T201 - the result


def list_snapshots(path: str, *, drop: str, dry: bool) -> None:
    """Print the snapshots in the service's schema, those that Snowflake made itself too; or drop one of them."""
    with open_account(path, dry=dry) as (settings, execute, _):
        found = rows.show_snapshots(execute, settings.schema_name)
        if drop:
            name = _resolve(settings, drop)
            _require(execute, name)
            send(execute, f"Drop the snapshot {name}", f"DROP SNAPSHOT {name}", dry=dry)
            return
        for row in found:
            maker = "Snowflake, as a volume went" if row["name"].startswith(marks.KEPT) else "a person"
            line = f"{settings.schema_name}.{row['name']}  {row['created_on']}  {row['state']}  made by {maker}"
            print(visible(line))  # noqa: T201 - the result
    console.print(f"{_COST}. ./inv snapshots --drop NAME drops one.")


def restore(path: str, snapshot: str, *, yes: bool, timeout: int, dry: bool) -> None:
    """Replace the metrics by those of a snapshot; the service stands still meanwhile. Asks before it does.

    A request at the endpoint starts a service that stands still, so that is switched off meanwhile. What a run that
    broke off has restored is not restored again.
    """
    with open_services(path, change=True, dry=dry) as (deployment, execute, state):
        source = _resolve(deployment, snapshot)
        found = _require(execute, source)
        if found["state"] != "CREATED":
            raise UserError(f"the snapshot {source} is {found['state']}: wait until it is CREATED, or take another one")
        settings = _find_target(deployment, state, found)
        name = settings.service_name
        question = f"Replace the metrics of {name} by those of {source}? The boards are gone meanwhile."
        if not (yes or dry) and not console.confirm(question):
            raise UserError("nothing was restored: answer y, or add --yes where nobody can answer")
        comment, mark = marks.read((rows.show_service(execute, name) or {"comment": ""})["comment"])
        newest = marks.find_newest(rows.show_snapshots(execute, settings.schema_name), name)
        begun = mark if mark and mark.source == source else None
        try:
            if begun and begun.is_done(newest):
                console.print(
                    f"- A run that broke off has restored the volume from {source}; this one ends it, and a further one"
                    " would restore it once more"
                )
            else:
                marked = (begun or marks.Mark(source=source, newest=newest)).added_to(comment)
                _replace(execute, settings, source, comment, marked, timeout, dry=dry)
            url = _finish(execute, settings, source, comment, timeout, dry=dry)
        except KeyboardInterrupt:
            if not dry:
                console.print(
                    f"- The restore was stopped before its end, so {name} may stand still: run ./inv restore again,"
                    " which goes on with it, or ./inv deploy, which starts it with the metrics that it has"
                )
            raise
    if url:
        print(visible(url))  # noqa: T201 - the result


def _replace(
    execute: Execute, settings: Settings, source: str, comment: str, marked: str, timeout: int, *, dry: bool
) -> None:
    """Stop the service and put a snapshot in its volume's place; the comment says that this has begun.

    Where that fails, the service starts again with the metrics that it had.
    """
    name = settings.service_name
    try:
        keep = f"ALTER SERVICE {name} SET AUTO_RESUME = FALSE COMMENT = {literal(marked)}"
        send(execute, "Keep open boards from starting it", keep, dry=dry)
        send(execute, "Stop the service", f"ALTER SERVICE {name} SUSPEND", dry=dry)
        if not dry:
            readiness.wait_until_suspended(execute, settings, timeout)
        put_back = f"ALTER SERVICE {name} RESTORE VOLUME {_VOLUME}\n  INSTANCES 0 FROM SNAPSHOT {source}"
        send(execute, "Restore the volume", put_back, dry=dry)
    except UserError as error:
        raise _give_back(execute, name, comment, error) from None


def _finish(execute: Execute, settings: Settings, source: str, comment: str, timeout: int, *, dry: bool) -> str:
    """Start the service, wait until it runs, and return its URL."""
    name = settings.service_name
    try:
        _start(execute, name, dry=dry)
    except UserError as error:
        raise UserError(
            f"{error}; the volume has the metrics of {source}, and {name} may stand still: run ./inv restore"
            " again, which only starts it then, or ./inv deploy"
        ) from None
    public = dry or readiness.has_public_endpoint(execute, name)
    url = "" if dry else readiness.wait_until_ready(execute, settings, timeout, lambda _: None, public=public)
    # Last, so that a run which broke off before does not look finished.
    _forget(execute, name, comment, dry=dry)
    return url


def _start(execute: Execute, name: str, *, dry: bool) -> None:
    send(execute, "Start the service", f"ALTER SERVICE {name} RESUME", dry=dry)
    send(execute, "Let open boards start it again", f"ALTER SERVICE {name} SET AUTO_RESUME = TRUE", dry=dry)


def _forget(execute: Execute, name: str, comment: str, *, dry: bool) -> None:
    sql = f"ALTER SERVICE {name} SET COMMENT = {literal(comment)}"
    send(execute, "Take the note of the restore from its comment", sql, dry=dry)


def _give_back(execute: Execute, name: str, comment: str, error: UserError) -> UserError:
    """Start the service again after a restore that failed, and return what to say of both."""
    try:
        _start(execute, name, dry=False)
        _forget(execute, name, comment, dry=False)
    except UserError as second:
        return UserError(
            f"{error}; and the service {name} stands still, because it could not be started either ({second}): run"
            " ./inv restore again, or ./inv deploy, which starts it with the metrics that it has"
        )
    return UserError(f"{error}; the service runs again with the metrics that it had")


def _resolve(settings: Settings, snapshot: str) -> str:
    parts = [identifier(part, "the snapshot") for part in snapshot.split(".")]
    if len(parts) not in (1, 3):
        raise UserError(f"the snapshot is {snapshot!r}: write its name, or DATABASE.SCHEMA.NAME: ./inv snapshots")
    return ".".join(parts) if len(parts) == 3 else f"{settings.schema_name}.{parts[0]}"


def _require(execute: Execute, snapshot: str) -> rows.Snapshot:
    """Return a snapshot. Raises UserError for one that is not there, before anything is stopped for it."""
    schema, _, name = snapshot.rpartition(".")
    found = next((row for row in rows.show_snapshots(execute, schema) if row["name"] == bare(name)), None)
    if not found:
        raise UserError(f"the role does not see a snapshot {snapshot}: ./inv snapshots lists those that it sees")
    return found


def _find_target(settings: Settings, state: State, snapshot: rows.Snapshot) -> Settings:
    """Return the settings of the service that a snapshot is put back into: one pair takes any, shards their own.

    Raises UserError for a snapshot of a service that the deployment does not have.
    """
    there = list_services(settings, state)
    if len(there) == 1:
        return there[0]
    taken_of = (snapshot["service_name"] or "").rpartition(".")[2]
    target = next((one for one in there if one.service == taken_of), None)
    if not target:
        raise UserError(
            f"the snapshot {snapshot['name']} is of {taken_of or 'an unknown service'}, which is not a service of this"
            f" deployment: those are {', '.join(one.service for one in there)}"
        )
    return target
