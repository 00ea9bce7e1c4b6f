"""Whether the service runs and can be reached, and waiting for it with a bound."""

import time
from collections.abc import Callable, Collection

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import addresses, rows
from spcsmetrics.deploy.names import literal
from spcsmetrics.deploy.refusals import RefusedError
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings

LOG_LINES = 20
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 5.0


def wait_until_ready(
    execute: Execute, settings: Settings, seconds: float, report: Callable[[str], None], *, public: bool = True
) -> str:
    """Wait until all containers run what was sent and a public endpoint has its address; return the URL.

    report gets what is waited for. Raises UserError with the state, message and last log lines of each container when
    the time is over.
    """
    name, end, pause = settings.service_name, time.monotonic() + seconds, _FIRST_PAUSE
    while True:
        waiting, url = _look(execute, settings, public=public)
        if not waiting and (url or not public):
            return url
        report(waiting or "the endpoint has no address yet")
        if time.monotonic() > end:
            raise UserError(_report(execute, name, seconds, waiting))
        time.sleep(pause)
        pause = min(_LONGEST_PAUSE, pause * 1.5)


def wait_until_suspended(execute: Execute, settings: Settings, seconds: float) -> None:
    """Wait until no container of a service that is to stop is left. Raises UserError when the time is over."""
    end = time.monotonic() + seconds
    while (status := rows.describe_service(execute, settings.service_name)["status"]) != "SUSPENDED":
        if time.monotonic() > end:
            raise UserError(f"{settings.service_name} is still {status} after {seconds:.0f} s: try again later")
        time.sleep(_FIRST_PAUSE)


def wait_until_kept(execute: Execute, settings: Settings, snapshots: Collection[str], seconds: float) -> None:
    """Wait until snapshots are made. Raises UserError for one that failed, and when the time is over."""
    end = time.monotonic() + seconds
    while True:
        states = {row["name"]: row["state"] for row in rows.show_snapshots(execute, settings.schema_name)}
        late = {name: states.get(name, "missing") for name in snapshots if states.get(name) != "CREATED"}
        if not late:
            return
        name, state = next(iter(late.items()))
        if state == "ERROR" or time.monotonic() > end:
            raise UserError(
                f"the snapshot {settings.schema_name}.{name} is {state}, so the service that it keeps the metrics of"
                " stays: drop it with ./inv snapshots --drop, and deploy again"
            )
        time.sleep(_FIRST_PAUSE)


def _look(execute: Execute, settings: Settings, *, public: bool) -> tuple[str, str]:
    """Return what is waited for, and the endpoint's URL."""
    name = settings.service_name
    service = rows.describe_service(execute, name)
    containers = rows.show_containers(execute, name)
    late = [row for row in containers if row["status"] != "READY"]
    if str(service.get("is_upgrading")).lower() == "true":
        return "the service changes over to the new specification", ""
    if late or not containers:
        return ", ".join(describe(row) for row in late) or "the containers do not exist yet", ""
    return "", addresses.find_url(execute, settings) if public else ""


def has_public_endpoint(execute: Execute, service: str) -> bool:
    """Return whether a service can be reached from outside the account."""
    return any(str(row["is_public"]).lower() == "true" for row in rows.show_endpoints(execute, service))


def describe(row: rows.Container) -> str:
    """Return a container's state in words."""
    return f"{row['container_name']} is {row['status']} ({row['message'] or 'no message'})"


def read_logs(execute: Execute, name: str, container: str, lines: int) -> str:
    """Return the last lines that a container logged."""
    found = execute(f"SELECT SYSTEM$GET_SERVICE_LOGS({literal(name)}, 0, {literal(container)}, {lines})")
    return str(next(iter(found[0].values())) or "")


def _report(execute: Execute, name: str, seconds: float, waiting: str) -> str:
    late = waiting or "the endpoint has no address: run it again in some minutes, which goes on from there"
    parts = [f"{name} was not ready within {seconds:.0f} s: {late}"]
    for row in rows.show_containers(execute, name):
        if row["status"] == "READY":
            continue
        try:
            logged = read_logs(execute, name, row["container_name"] or "", LOG_LINES)
        except RefusedError as error:
            logged = str(error)
        parts.append(f"{describe(row)}, image {row['image_name']}; its last lines:\n{logged or '(none)'}")
    parts.append("./inv status shows it again; docs/troubleshooting.md goes on from the message")
    return "\n".join(parts)
