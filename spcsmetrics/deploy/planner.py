"""The plan: from what is wanted and what there is to the statements between, without asking or changing anything."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import central, marks, ownership, pool, root_url, rows
from spcsmetrics.deploy.change import Change
from spcsmetrics.deploy.drift import differences
from spcsmetrics.deploy.layout import Member
from spcsmetrics.deploy.names import COMMENT, bare, dollar_quoted, literal
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.specification import as_json, fingerprint
from spcsmetrics.deploy.state import State
from spcsmetrics.images.definition import SHIPPED


def image_paths(settings: Settings, tags: Mapping[str, str]) -> dict[str, str]:
    """Return each image's path in a specification, by its key; paths are lower case."""
    folder = settings.repository_name.replace(".", "/").lower()
    return {key: f"/{folder}/{SHIPPED[key].name}:{tag}" for key, tag in tags.items()}


def comment(specification: Mapping[str, Any], mark: str = "") -> str:
    """Return the service's comment, from which a later run reads what the service is and was made from."""
    return f"{COMMENT}{mark}, specification {fingerprint(root_url.leave_out(specification))}"


def make_plan(
    settings: Settings,
    state: State,
    specification: dict[str, Any],
    tags: Mapping[str, str],
    *,
    create_pool: bool,
    pushed: bool,
    adopt: bool = False,
) -> list[Change]:
    """Return the changes to one pair in order; none when everything is as wanted.

    Raises UserError for what cannot be reached by a change: a pool without the consent to create it, another volume, a
    service that is not this project's.
    """
    ownership.require_own(settings, state, adopt=adopt)
    return [
        *prepare(settings, state, tags, pushed=pushed),
        *plan_pool(settings, state, create_pool=create_pool),
        *plan_service(settings, state, Member(service=settings.service), specification, tags),
    ]


def prepare(settings: Settings, state: State, tags: Mapping[str, str], *, pushed: bool) -> list[Change]:
    """Return the changes that cost next to nothing: where services lie, and their images."""
    return [*_objects(settings, state), *_pushes(state, tags, pushed=pushed)]


def plan_service(
    settings: Settings, state: State, member: Member, specification: dict[str, Any], tags: Mapping[str, str]
) -> list[Change]:
    """Return the changes to one service of a deployment, and to who may open it."""
    wanted, mark = member.of(settings), member.mark(settings)
    # What leaves the account are Grafana's notifications, and copies for a central store.
    ways = settings.external_access_integrations if member.public else ()
    copies = wanted.central.integration
    if copies and copies not in ways:
        ways = (*ways, copies)
    wanted = replace(wanted, external_access_integrations=ways, viewers=settings.viewers if member.public else ())
    there = state.of(wanted)
    if there.service:
        needed = {key: tag for key, tag in tags.items() if key in member.images}
        changes = [*_service(wanted, there, there.service, specification, needed, mark)]
    else:
        changes = [_creation(wanted, specification, mark)]
    return [*changes, *_viewers(wanted, there)]


def _objects(settings: Settings, state: State) -> Iterator[Change]:
    if not state.database:
        yield Change(
            title=f"Create the database {settings.database}", sql=f"CREATE DATABASE IF NOT EXISTS {settings.database}"
        )
    if not state.schema:
        name = settings.schema_name
        yield Change(title=f"Create the schema {name}", sql=f"CREATE SCHEMA IF NOT EXISTS {name}")
    if not state.repository_url:
        name = settings.repository_name
        yield Change(title=f"Create the image repository {name}", sql=f"CREATE IMAGE REPOSITORY IF NOT EXISTS {name}")


def _pushes(state: State, tags: Mapping[str, str], *, pushed: bool) -> Iterator[Change]:
    for key, tag in tags.items():
        name = SHIPPED[key].name
        if (name, tag) in state.images:
            continue
        if pushed and not state.repository_url:
            raise UserError(
                "the image repository is not there, or the role may not see it: leave --pushed out, or let an"
                " administrator run what ./inv grants prints"
            )
        if pushed:
            raise UserError(f"{name}:{tag} is not in the image repository: push it, or name a tag that is there")
        yield Change(title=f"Push the image {name}:{tag}", image=key, tag=tag)


def plan_pool(settings: Settings, state: State, *, create_pool: bool) -> Iterator[Change]:
    """Yield the change to the pool that services need. Raises UserError without the consent to create it."""
    if state.pool:
        yield from pool.grow(settings, state.pool, state)
        return
    if not create_pool:
        raise UserError(
            f"the compute pool {settings.compute_pool} does not exist, or the role may not use it: set compute_pool to"
            f" one that exists, or add --create-pool, which makes {pool.describe(settings)} and costs what the"
            " plan says"
        )
    yield Change(
        title=f"Create the compute pool {settings.compute_pool}: {pool.describe(settings)}",
        sql=pool.create_sql(settings),
    )


def _creation(settings: Settings, specification: dict[str, Any], mark: str) -> Change:
    integrations = ", ".join(settings.external_access_integrations)
    access = f"  EXTERNAL_ACCESS_INTEGRATIONS = ({integrations})\n" if integrations else ""
    return Change(
        title=f"Create the service {settings.service_name}",
        sql=f"CREATE SERVICE IF NOT EXISTS {settings.service_name}\n  IN COMPUTE POOL {settings.compute_pool}\n"
        f"  FROM SPECIFICATION {dollar_quoted(as_json(specification))}\n{access}"
        f"  MIN_INSTANCES = 1\n  MAX_INSTANCES = 1\n  COMMENT = {literal(comment(specification, mark))}",
    )


def _service(
    settings: Settings,
    state: State,
    service: rows.Service,
    specification: dict[str, Any],
    tags: Mapping[str, str],
    mark: str,
) -> Iterator[Change]:
    name = settings.service_name
    if service["compute_pool"] != bare(settings.compute_pool):
        raise UserError(
            f"{name} runs in the compute pool {service['compute_pool']}, and a service cannot move: set compute_pool to"
            " it, or take ./inv backup, ./inv undeploy, and deploy anew"
        )
    _check_volumes(settings, state, specification)
    wanted = comment(specification, mark)
    access = list(_access(settings, service["external_access_integrations"] or ""))
    # A specification that names new hosts needs the way to them first; one that no longer does gives it up last.
    first = access if settings.external_access_integrations else []
    yield from first
    yield from _specification(name, state, specification, tags, noted=marks.read(service["comment"])[0] == wanted)
    yield from (change for change in access if change not in first)
    if service["status"] in ("SUSPENDED", "SUSPENDING"):
        yield Change(title=f"Start {name}", sql=f"ALTER SERVICE {name} RESUME")
    # A restore that broke off leaves it off.
    if str(service.get("auto_resume", "true")).lower() == "false":
        yield Change(title=f"Let open boards start {name}", sql=f"ALTER SERVICE {name} SET AUTO_RESUME = TRUE")
    # Last, so that a run which broke off before does not look finished.
    if service["comment"] != wanted:
        yield Change(
            title=f"Note on {name} what it was made from", sql=f"ALTER SERVICE {name} SET COMMENT = {literal(wanted)}"
        )


def _specification(
    name: str, state: State, specification: dict[str, Any], tags: Mapping[str, str], *, noted: bool
) -> Iterator[Change]:
    """Yield the change to what runs where it differs from what is wanted; where it is not shown, by the comment."""
    digests = {key: state.images.get((SHIPPED[key].name, tag)) for key, tag in tags.items()}
    stale = [key for key, digest in digests.items() if key in state.running and state.running[key] != digest]
    fields: list[str] = []
    if state.specification is not None:
        fields = differences(specification, state.specification, noted=noted)
    elif not noted:
        fields = ["what runs is not shown to this role, and its comment is another"]
    if fields or stale:
        what = "specification" if fields else f"images ({', '.join(stale)})"
        spec = dollar_quoted(as_json(specification))
        yield Change(
            title=f"Change the {what} of {name}",
            sql=f"ALTER SERVICE {name} FROM SPECIFICATION {spec}",
            fields=tuple(fields),
        )


def _access(settings: Settings, there: str) -> Iterator[Change]:
    """Yield the change to the service's integrations; there is the list as SHOW SERVICES prints it."""
    wanted = settings.external_access_integrations
    if {one.strip(' "') for one in there.strip("[]").split(",")} - {""} == {bare(one) for one in wanted}:
        return
    what = (
        f"SET EXTERNAL_ACCESS_INTEGRATIONS = ({', '.join(wanted)})" if wanted else "UNSET EXTERNAL_ACCESS_INTEGRATIONS"
    )
    yield Change(
        title=f"Change the external access of {settings.service_name}",
        sql=f"ALTER SERVICE {settings.service_name} {what}",
    )


def _check_volumes(settings: Settings, state: State, specification: dict[str, Any]) -> None:
    wanted = {one["name"]: one["size"] for one in specification["spec"].get("volumes", []) if one["source"] == "block"}
    if state.volumes is not None and state.volumes != wanted:
        there = ", ".join(f"{name} of {size}" for name, size in state.volumes.items()) or "none"
        if not ownership.is_own(state):
            raise UserError(
                f"{settings.service_name} cannot be taken over, because block volumes cannot be changed and it has:"
                f" {there}: set service to another name"
            )
        if central.VOLUME in wanted and central.VOLUME not in state.volumes:
            raise UserError(
                f"{settings.service_name} lacks the volume on which copies wait for [central], and Snowflake adds none"
                " to a service that is there: leave [central] out, or take ./inv backup, ./inv undeploy, ./inv deploy,"
                " and ./inv restore"
            )
        raise UserError(
            f"{settings.service_name} has these block volumes: {there}; Snowflake does not let them change after the"
            " service was created: set volume_gib to what there is, or take ./inv backup, ./inv undeploy, deploy anew"
        )


def _viewers(settings: Settings, state: State) -> Iterator[Change]:
    for role in settings.viewers:
        if bare(role) not in state.viewers:
            yield Change(
                title=f"Let the role {role} see the boards",
                sql=f"GRANT SERVICE ROLE {settings.service_name}!viewer TO ROLE {role}",
            )
