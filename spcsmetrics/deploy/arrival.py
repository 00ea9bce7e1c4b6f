"""The end of a deployment: all of its services run, and the boards can be reached."""

from spcsmetrics.core.steps import console
from spcsmetrics.core.text import visible
from spcsmetrics.deploy import readiness
from spcsmetrics.deploy.layout import Member, list_members
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings


def wait(execute: Execute, settings: Settings, member: Member, seconds: float) -> str:
    """Wait until a service of a deployment runs, and return its URL where it has one. Raises UserError."""
    one = member.of(settings)
    with console.status(f"Waiting for {one.service_name} ...") as status:

        def report(what: str) -> None:
            status.update(f"Waiting for {one.service_name}: {what} ...")

        return readiness.wait_until_ready(execute, one, seconds, report, public=member.public)


def finish(execute: Execute, settings: Settings, seconds: float) -> None:
    """Wait until all services run, and print the URL. Raises UserError."""
    members = list_members(settings)
    url = [wait(execute, settings, member, seconds) for member in members][-1]
    name = members[-1].of(settings).service_name
    others = f", and so are {len(members) - 1} other services" if len(members) > 1 else ""
    console.print(f"- {name} is ready{others}; open it as a user whose role has {name}!viewer, or as its owner:")
    print(visible(url))  # noqa: T201 - the result
