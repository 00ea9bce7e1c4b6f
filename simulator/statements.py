"""What the simulated account answers to a statement: rows of text, as the SQL REST API gives them.

Source of the columns: https://docs.snowflake.com/en/sql-reference/sql/show-compute-pools and .../show-grants
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from simulator.fleet import ACCOUNT, Fleet, Pool

# The role of the collector's service, and its user where a person asks.
ROLE = "METRICS_ROLE"
USER = "METRICS_USER"

# The columns of SHOW COMPUTE POOLS, in the documented order.
_POOL_COLUMNS: dict[str, Callable[[Pool], str | None]] = {
    "name": lambda pool: pool.name,
    "state": lambda pool: pool.state,
    "min_nodes": lambda _: "1",
    "max_nodes": lambda pool: str(max(1, len(pool.nodes))),
    "instance_family": lambda pool: pool.family.name,
    "num_services": lambda pool: str(len({i.service for node in pool.nodes.values() for i in node.instances})),
    "num_jobs": lambda _: "0",
    "auto_suspend_secs": lambda _: "3600",
    "auto_resume": lambda _: "true",
    "active_nodes": lambda pool: str(sum(bool(node.instances) for node in pool.nodes.values())),
    "idle_nodes": lambda pool: str(sum(not node.instances for node in pool.nodes.values())),
    "target_nodes": lambda pool: str(len(pool.nodes)),
    "placement_group": lambda _: None,
    "created_on": lambda _: "1790000000.000000000 000",
    "resumed_on": lambda _: "1790000000.000000000 000",
    "updated_on": lambda _: "1790000000.000000000 000",
    "owner": lambda _: "POOL_ADMIN",
    "comment": lambda _: "",
    "is_exclusive": lambda _: "false",
    "application": lambda _: None,
    "budget": lambda _: None,
    "error_code": lambda _: "",
    "status_message": lambda _: "",
}


@dataclass(frozen=True)
class Table:
    """The rows of one answer, and what its columns are called."""

    columns: tuple[str, ...]
    rows: list[list[str | None]]


def execute(fleet: Fleet, statement: str) -> Table:
    """Return what the collector's role is shown. Raises LookupError for a statement that is not known."""
    words = " ".join(statement.strip().rstrip(";").upper().replace('"', "").split())
    known = _KNOWN.get(words)
    if known is None:
        raise LookupError(f"The simulated account does not know the statement: {statement}")
    return known(fleet)


def _show_pools(fleet: Fleet) -> Table:
    visible = [pool for pool in fleet.pools.values() if pool.privilege]
    return Table(tuple(_POOL_COLUMNS), [[cell(pool) for cell in _POOL_COLUMNS.values()] for pool in visible])


def _call_endpoints(fleet: Fleet) -> Table:
    names = [
        f"discover.monitor.{pool.name.lower()}.cp.spcs.internal" for pool in fleet.pools.values() if pool.monitored
    ]
    return Table(("SYSTEM$GET_COMPUTE_POOL_MONITOR_ENDPOINTS",), [[json.dumps(names)]])


def _select_session(_: Fleet) -> Table:
    return Table(("CURRENT_ROLE()", "CURRENT_USER()", "CURRENT_ACCOUNT()"), [[ROLE, USER, ACCOUNT]])


def _show_grants(fleet: Fleet) -> Table:
    columns = (
        "created_on",
        "privilege",
        "granted_on",
        "name",
        "granted_to",
        "grantee_name",
        "grant_option",
        "granted_by",
    )
    granted = [(pool.privilege, "COMPUTE_POOL", pool.name) for pool in fleet.pools.values() if pool.privilege]
    rows: list[list[str | None]] = [
        ["2026-01-01", privilege, kind, name, "ROLE", ROLE, "false", "ACCOUNTADMIN"]
        for privilege, kind, name in granted
    ]
    return Table(columns, rows)


_KNOWN: dict[str, Callable[[Fleet], Table]] = {
    "SHOW COMPUTE POOLS": _show_pools,
    "CALL SYSTEM$GET_COMPUTE_POOL_MONITOR_ENDPOINTS()": _call_endpoints,
    "SELECT CURRENT_ROLE(), CURRENT_USER(), CURRENT_ACCOUNT()": _select_session,
    f"SHOW GRANTS TO ROLE {ROLE}": _show_grants,
}
