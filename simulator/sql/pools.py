"""Compute pools, and who asks about them.

Source of the columns: https://docs.snowflake.com/en/sql-reference/sql/show-compute-pools
"""

import json
from collections.abc import Callable

from simulator.errors import SqlError, SqlErrorKind, missing
from simulator.fleet import ACCOUNT, FAMILIES, GIB, Pool
from simulator.privileges import ROLE
from simulator.sql.request import Request, Table, done, resolve, unquote
from simulator.sql.rules import require_plain

# In the documented order.
_COLUMNS: dict[str, Callable[[Pool], str | None]] = {
    "name": lambda pool: pool.name,
    "state": lambda pool: pool.state,
    "min_nodes": lambda pool: str(pool.least or 1),
    "max_nodes": lambda pool: str(pool.most or max(1, len(pool.nodes))),
    "instance_family": lambda pool: pool.family.name,
    "num_services": lambda pool: str(len({i.service for node in pool.nodes.values() for i in node.instances})),
    "num_jobs": lambda _: "0",
    "auto_suspend_secs": lambda _: "3600",
    "auto_resume": lambda pool: str(pool.auto_resume).lower(),
    "active_nodes": lambda pool: str(sum(bool(node.instances) for node in pool.nodes.values())),
    "idle_nodes": lambda pool: str(sum(not node.instances for node in pool.nodes.values())),
    "target_nodes": lambda pool: str(len(pool.nodes)),
    "placement_group": lambda _: None,
    "created_on": lambda _: "1790000000.000000000 000",
    "resumed_on": lambda _: "1790000000.000000000 000",
    "updated_on": lambda _: "1790000000.000000000 000",
    "owner": lambda _: "POOL_ADMIN",
    "comment": lambda pool: pool.comment,
    "is_exclusive": lambda _: "false",
    "application": lambda _: None,
    "budget": lambda _: None,
    "error_code": lambda _: "",
    "status_message": lambda _: "",
}


def _show(request: Request) -> Table:
    """Show what the role may see; LIKE ignores case and takes _ for any character, as the account's does."""
    request.catalog.settle_pools()
    pattern = (request.parts.get("like") or "").strip("'").upper()
    visible = [pool for pool in request.catalog.fleet.pools.values() if sees_pool(request, pool)]
    if pattern:
        visible = [pool for pool in visible if is_like(pool.name, pattern)]
    return Table(columns=tuple(_COLUMNS), rows=[[cell(pool) for cell in _COLUMNS.values()] for pool in visible])


def sees_pool(request: Request, pool: Pool) -> bool:
    """Return whether the session's role has any privilege on a pool."""
    if request.session.role == ROLE and pool.privilege:
        return True
    return request.sees(kind="COMPUTE POOL", name=pool.name)


def is_like(name: str, pattern: str) -> bool:
    """Return whether a name matches a pattern without %."""
    return len(name) == len(pattern) and all(p in ("_", n) for n, p in zip(name, pattern, strict=True))


def _create(request: Request) -> Table:
    require_plain(request.part("name"), "a compute pool")
    (name,) = resolve(request.part("name"))
    family = resolve(request.part("family"))[0]
    if name in request.catalog.fleet.pools:
        return done(f"{name} already exists, statement succeeded.")
    request.require("CREATE COMPUTE POOL", kind="ACCOUNT")
    if family not in request.catalog.families:
        raise SqlError(SqlErrorKind.UNKNOWN_FAMILY, f"Instance family '{family}' is not available.")
    request.catalog.create_pool(name, family)
    request.own(kind="COMPUTE POOL", name=name)
    _set_nodes(request, request.catalog.fleet.pools[name])
    return done(f"Compute Pool {name} successfully created.")


def _set_nodes(request: Request, pool: Pool) -> None:
    pool.least, pool.most = int(request.part("least")), int(request.part("most"))
    if request.parts["comment"] is not None:
        pool.comment = unquote(request.parts["comment"])


def _alter(request: Request) -> Table:
    """Change the numbers of nodes. Source: https://docs.snowflake.com/en/sql-reference/sql/alter-compute-pool."""
    require_plain(request.part("name"), "a compute pool")
    (name,) = resolve(request.part("name"))
    pool = request.catalog.fleet.pools.get(name)
    if pool is None or not sees_pool(request, pool):
        raise missing("Compute pool", name)
    request.require("MODIFY", kind="COMPUTE POOL", name=name)
    _set_nodes(request, pool)
    return done("Statement executed successfully.")


def _show_families(request: Request) -> Table:
    """Show what the account's region offers, not all that there is.

    Source: https://docs.snowflake.com/en/sql-reference/sql/show-compute-pool-instance-families
    """
    rows: list[list[str | None]] = [
        [name, f"{FAMILIES[name].cpu:g}", str(FAMILIES[name].memory // GIB), str(FAMILIES[name].gpus)]
        for name in sorted(request.catalog.families)
    ]
    return Table(columns=("name", "vcpu", "memory_gib", "gpu_count"), rows=rows)


def _endpoints(request: Request) -> Table:
    if request.catalog.faults.account == "no-function":
        message = "SQL compilation error:\nUnknown function SYSTEM$GET_COMPUTE_POOL_MONITOR_ENDPOINTS"
        raise SqlError(SqlErrorKind.UNKNOWN_FUNCTION, message)
    pools = request.catalog.fleet.pools.values()
    names = [f"discover.monitor.{pool.name.lower()}.cp.spcs.internal" for pool in pools if pool.monitored]
    return Table(columns=("SYSTEM$GET_COMPUTE_POOL_MONITOR_ENDPOINTS",), rows=[[json.dumps(names)]])


def _session(request: Request) -> Table:
    who = [request.session.role, request.session.user, ACCOUNT]
    return Table(columns=("CURRENT_ROLE()", "CURRENT_USER()", "CURRENT_ACCOUNT()"), rows=[list(who)])


STATEMENTS = {
    "SHOW COMPUTE POOL INSTANCE FAMILIES": _show_families,
    "SHOW COMPUTE POOLS[ LIKE <TEXT:like>]": _show,
    "CREATE COMPUTE POOL IF NOT EXISTS <ID:name> MIN_NODES = <NUMBER:least> MAX_NODES = <NUMBER:most>"
    " INSTANCE_FAMILY = <ID:family>[ AUTO_RESUME = TRUE][ COMMENT = <TEXT:comment>]": _create,
    "ALTER COMPUTE POOL <ID:name> SET MIN_NODES = <NUMBER:least> MAX_NODES = <NUMBER:most>"
    "[ COMMENT = <TEXT:comment>]": _alter,
    "CALL SYSTEM$GET_COMPUTE_POOL_MONITOR_ENDPOINTS()": _endpoints,
    "SELECT CURRENT_ROLE(), CURRENT_USER(), CURRENT_ACCOUNT()": _session,
}
