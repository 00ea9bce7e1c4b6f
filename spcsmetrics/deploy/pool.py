"""The pool that the services run on: a node for each, from its creation on and as their number changes."""

from collections.abc import Iterator

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import rows
from spcsmetrics.deploy.change import Change
from spcsmetrics.deploy.layout import list_members
from spcsmetrics.deploy.names import LABEL, literal
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.state import State


def describe(settings: Settings) -> str:
    """Return the nodes that a new pool gets, in words."""
    count = len(list_members(settings))
    return f"one node of {settings.pool_family}" if count == 1 else f"{count} nodes of {settings.pool_family}"


def create_sql(settings: Settings) -> str:
    """Return the statement that makes the pool."""
    count = len(list_members(settings))
    marked = f"\n  COMMENT = {literal(_mark(settings))}" if settings.scaled else ""
    return (
        f"CREATE COMPUTE POOL IF NOT EXISTS {settings.compute_pool}\n  MIN_NODES = {count} MAX_NODES = {count}\n"
        f"  INSTANCE_FAMILY = {settings.pool_family}\n  AUTO_RESUME = TRUE{marked}"
    )


def _mark(settings: Settings) -> str:
    """Return the comment of a pool whose number of nodes follows the services of a deployment."""
    return f"{LABEL}, nodes of {settings.service_name}"


def grow(settings: Settings, pool: rows.Pool, state: State) -> Iterator[Change]:
    """Yield the change that gives each service a node, those too that go once their successors run.

    Raises UserError for a pool whose nodes follow another deployment.
    """
    if not settings.scaled:
        return
    comment = pool.get("comment") or ""
    if comment.startswith(LABEL) and comment != _mark(settings):
        raise UserError(
            f"the nodes of the compute pool {settings.compute_pool} follow another deployment ({comment}): set"
            " compute_pool to another, because shards and replicas need a node each"
        )
    names = {member.service for member in list_members(settings)} | set(state.others)
    if _count(pool.get("min_nodes")) < len(names):
        yield _resize(settings, pool, len(names))


def shrink(settings: Settings, pool: rows.Pool) -> Iterator[Change]:
    """Yield the change that gives up nodes of services that are gone, where the nodes follow this deployment."""
    wanted = len(list_members(settings))
    if (pool.get("comment") or "") == _mark(settings) and _count(pool.get("min_nodes")) > wanted:
        yield _resize(settings, pool, wanted)


def _resize(settings: Settings, pool: rows.Pool, count: int) -> Change:
    name, nodes = settings.compute_pool, "one node" if count == 1 else f"{count} nodes"
    return Change(
        title=f"Give the compute pool {name} {nodes} instead of {_count(pool.get('min_nodes'))}",
        sql=f"ALTER COMPUTE POOL {name} SET MIN_NODES = {count} MAX_NODES = {max(count, _count(pool['max_nodes']))}"
        f" COMMENT = {literal(_mark(settings))}",
    )


def _count(value: int | str | None) -> int:
    return int(value or 1)
