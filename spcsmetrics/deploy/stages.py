"""The plan of a whole deployment, in stages: after each, services run before the next one touches others.

Nothing is lost and history stays readable because new shards run before old ones give their pools up, each replica but
one runs at any time, the view comes after the shards that it shows, and what is no longer wanted goes last, with a
snapshot of its volume.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from spcsmetrics.deploy import departure, ownership, planner, pool, root_url
from spcsmetrics.deploy.certificates import PARTS, Generation
from spcsmetrics.deploy.change import Change
from spcsmetrics.deploy.layout import REPLICAS, VIEW, Member, find_public, list_members
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.state import State


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Changes that are sent one after another, once the services of these members run and the snapshots exist.

    promised are changes without SQL yet: they hold an address that is waited for, and are planned anew with it.
    """

    changes: list[Change]
    after: tuple[Member, ...] = ()
    snapshots: tuple[str, ...] = ()
    promised: bool = False


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is wanted beside the settings: images' tags, certificates, and each service's specification by its name."""

    tags: Mapping[str, str]
    specifications: Mapping[str, dict[str, Any]]
    generation: Generation | None = None
    create_pool: bool = False
    pushed: bool = False
    adopt: bool = False


def plan_stages(settings: Settings, state: State, wish: Wish) -> list[Stage]:
    """Return the stages that have changes, in order; none when everything is as wanted. Raises UserError."""
    ownership.require_own(settings, state, adopt=wish.adopt)
    # Nodes cost, so they come after all that the account may refuse.
    first = planner.prepare(settings, state, wish.tags, pushed=wish.pushed)
    first += _certificates(settings, state, wish.generation)
    first += planner.plan_pool(settings, state, create_pool=wish.create_pool)
    members = list_members(settings)
    planned = {
        member.service: planner.plan_service(settings, state, member, wish.specifications[member.service], wish.tags)
        for member in members
    }
    if settings.scaled:
        stages = [Stage(changes=first), *_services(settings, state, members, planned)]
    else:
        stages = [Stage(changes=[*first, *planned[settings.service]])]
    stages += _addresses(settings, state)
    stages += _departures(settings, state, members, wish.generation)
    return [stage for stage in stages if stage.changes]


def is_promised(before: list[Stage], left: list[Stage]) -> bool:
    """Return whether a promise turned out to be the address alone, beside what was planned to come after the first."""
    if any(stage.promised for stage in left) or not any(stage.promised for stage in before):
        return True
    return _name_fields(left) <= _name_fields(before[1:]) | {root_url.FIELD}


def _name_fields(planned: Iterable[Stage]) -> set[str]:
    return {field.partition(":")[0] for stage in planned for change in stage.changes for field in change.fields}


def _certificates(settings: Settings, state: State, generation: Generation | None) -> Iterator[Change]:
    if generation is None or any(one.complete and one.number == generation.number for one in state.generations):
        return
    for part in PARTS:
        yield Change(
            title=f"Keep the certificates of the shards: {part}, until {generation.end:%Y-%m-%d}",
            sql=generation.creation_sql(settings, part),
            certificate=part,
        )


def _services(
    settings: Settings, state: State, members: list[Member], planned: Mapping[str, list[Change]]
) -> Iterator[Stage]:
    """Yield the stages of shards and view: what is missing, first replicas, the view, then second replicas."""

    def is_new(member: Member) -> bool:
        return state.of(member.of(settings)).service is None

    shards = [member for member in members if member.kind != VIEW]
    old = [member for member in shards if not is_new(member)]
    parts: list[tuple[list[Member], list[Member]]] = [
        ([member for member in shards if is_new(member)], []),
        ([member for member in old if member.replica == REPLICAS[0]], shards),
        ([members[-1]], shards),
        ([member for member in old if member.replica != REPLICAS[0]], members),
    ]
    for part, earlier in parts:
        still = tuple(member for member in earlier if not planned[member.service])
        yield Stage(changes=[change for member in part for change in planned[member.service]], after=still)


def _addresses(settings: Settings, state: State) -> Iterator[Stage]:
    """Yield the stage that waits for the address of a service that is new."""
    public = find_public(settings)
    if root_url.is_awaited(settings, state.of(public.of(settings))):
        yield Stage(changes=[root_url.promise(settings, public)], after=(public,), promised=True)


def _departures(
    settings: Settings, state: State, members: list[Member], generation: Generation | None
) -> Iterator[Stage]:
    """Yield the stages in which services that are no longer wanted go, with their certificates and nodes."""
    leaving = departure.find_leaving(settings, state)
    kept = {name: departure.choose_snapshot(settings, state, name, datetime.now(UTC)) for name in leaving}
    yield Stage(
        changes=[change for name in leaving for change in departure.save(settings, state, name, kept[name])],
        after=tuple(members),
    )
    changes = [departure.drop(settings, name) for name in leaving]
    changes += departure.forget(settings, state, generation)
    if state.pool:
        changes += pool.shrink(settings, state.pool)
    yield Stage(changes=changes, after=tuple(members), snapshots=tuple(name for name in kept.values() if name))
