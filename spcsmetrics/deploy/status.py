"""The state of a deployment: each service with its containers, the URL, certificates, and images that nothing runs."""

from rich.table import Table

from spcsmetrics.core.steps import console
from spcsmetrics.deploy import addresses, certificates, drift, rows
from spcsmetrics.deploy.operations import list_services, open_services
from spcsmetrics.deploy.refusals import RefusedError
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.state import read_images


def print_status(path: str) -> None:
    """Print the state of each service, its containers, and the URL."""
    with open_services(path) as (settings, execute, state):
        used: set[str] = set()
        for one in list_services(settings, state):
            used |= _print_service(execute, one)
        idle = _find_idle_images(execute, settings, used) if used else []
    newest = certificates.find_newest(state.generations)
    if newest:
        console.print(
            f"The certificates between the services are valid until {newest.end:%Y-%m-%d}: ./inv rotate replaces them,"
            f" and so does ./inv deploy in the last {certificates.RENEWED_BEFORE.days} days"
        )
    if idle:
        console.print(
            f"In {settings.repository_name}, and not run: {', '.join(idle)}. They are billed as storage; images cannot"
            " be deleted one by one, only with their whole repository"
        )


def _print_service(execute: Execute, settings: Settings) -> set[str]:
    """Print one service, and return the images that it uses."""
    service = rows.describe_service(execute, settings.service_name)
    table = Table("container", "status", "message", "image", "restarts")
    containers = rows.show_containers(execute, settings.service_name)
    for row in containers:
        image = row["image_name"].rsplit("/", 1)[-1]
        table.add_row(row["container_name"], row["status"], row["message"] or "", image, str(row["restart_count"] or 0))
    # A suspended service has no containers, and its specification is for its owner.
    specification = drift.read(service.get("spec") or "") or {"spec": {}}
    wanted = [one["image"] for one in specification["spec"].get("containers") or []]
    public = any(one.get("public") for one in specification["spec"].get("endpoints") or [{"public": True}])
    url = (addresses.find_url(execute, settings) or "no address yet") if public else "private"
    console.print(f"{settings.service_name} is {service['status']} in {service['compute_pool']}: {url}")
    console.print(table)
    return {str(image).rsplit("/", 1)[-1] for image in (*wanted, *(row["image_name"] for row in containers))}


def _find_idle_images(execute: Execute, settings: Settings, used: set[str]) -> list[str]:
    """Return what is in the repository beside what the service uses; nothing where the role does not see it."""
    try:
        found = read_images(execute, settings)
    except RefusedError:
        return []
    return sorted(name for name in (f"{image}:{tag}" for image, tag in found) if name not in used)
