"""What can be said from outside of why a pool's metrics are missing: pools, their states, and privileges."""

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import census, rows, rules, shares
from spcsmetrics.deploy.grants import as_script, list_grants
from spcsmetrics.deploy.names import bare, quoted
from spcsmetrics.deploy.privileges import Privileges, read_privileges
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.state import State

# A pool whose nodes were not asked, so that nobody knows; one without nodes, which its state explains; a broken one.
UNKNOWN, INACTIVE, BROKEN = "unknown", "inactive", "broken"
UNSEEN = (
    "Not seen from outside the account: whether the nodes are in its DNS, and what they publish. ./inv doctor"
    " --in-account examines both, as a job beside the service."
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The verdict on one pool; fix is the SQL that repairs it, where SQL does. shard is who watches it, of several."""

    name: str
    shard: str = ""
    state: str = ""
    privilege: str = ""
    nodes: int = 0
    verdict: str = UNKNOWN
    problem: str = ""
    fix: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was found; lacking is the SQL that gives the role what ./inv grants prints and it does not hold.

    services are sentences about what is wrong with the services of a deployment that has several.
    """

    account: str
    user: str
    role: str
    pools: list[Finding]
    lacking: str
    services: list[str]

    @property
    def healthy(self) -> bool:
        """Return whether nothing is broken, as far as it was seen."""
        return bool(self.pools) and not self.services and not any(pool.verdict == BROKEN for pool in self.pools)

    def as_json(self) -> str:
        """Return it for a program."""
        return json.dumps({**asdict(self), "unseen": UNSEEN}, indent=2)

    def lines(self) -> Iterator[str]:
        """Yield it for a person: a table, and what is wrong with the SQL that repairs it."""
        table = [["POOL", "STATE", "PRIVILEGE", "NODES", "VERDICT"]]
        table += [
            [pool.name, pool.state or "-", pool.privilege or "-", str(pool.nodes), pool.verdict] for pool in self.pools
        ]
        if any(pool.shard for pool in self.pools):
            shards = ["SHARD", *(pool.shard for pool in self.pools)]
            table = [[*row[:-1], shard, row[-1]] for row, shard in zip(table, shards, strict=True)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        yield from ("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)
        if not self.pools:
            yield f"The role {self.role} does not see any compute pool: let an administrator grant MONITOR on some"
        for pool in self.pools:
            if pool.problem:
                yield f"{pool.name}: {pool.problem}"
            if pool.fix:
                yield f"    {pool.fix}"
        yield from self.services
        if self.lacking:
            yield f"The role {self.role} lacks some of what ./inv grants prints; for an administrator:"
            yield self.lacking


def diagnose(execute: Execute, settings: Settings, state: State, wanted: Collection[str]) -> Report:
    """Ask the account about the pools to watch: those of the settings and wanted ones, or all. Raises UserError."""
    held = read_privileges(execute, state.role)
    watched = dict.fromkeys([*(bare(pool) for pool in settings.pools), *wanted])
    listed = {pool["name"]: pool for pool in rows.show_pools(execute)}
    findings = [_examine(pool, held, state.role) for name, pool in listed.items() if not watched or name in watched]
    findings += [_missing(name, state.role) for name in watched if name not in listed]
    if settings.scaled:
        findings = [replace(one, shard=str(shares.find_shard(one.name, settings.shards))) for one in findings]
    return Report(
        account=state.account,
        user=state.user,
        role=state.role,
        pools=findings,
        lacking=_lacking(settings, state, held),
        services=census.judge(settings, state, datetime.now(UTC)),
    )


def _examine(pool: rows.Pool, held: Privileges, role: str) -> Finding:
    name, privilege = pool["name"], held.on_pool(pool["name"])
    nodes = int(pool["active_nodes"] or 0) + int(pool["idle_nodes"] or 0)
    verdict, problem, fix = UNKNOWN, "", ""
    if privilege not in ("", "OWNERSHIP", "MONITOR"):
        verdict, fix = BROKEN, _grant_monitor(name, role)
        problem = f"the role {role} has only {privilege} on it, and its nodes need MONITOR or OWNERSHIP"
    elif named := _judge_name(name):
        verdict, problem = BROKEN, named
    elif not nodes:
        verdict, problem = INACTIVE, f"it is {pool['state']} and has no nodes"
        fix = f"ALTER COMPUTE POOL {quoted(name)} RESUME;" if pool["state"] == "SUSPENDED" else ""
    return Finding(
        name=name, state=pool["state"], privilege=privilege, nodes=nodes, verdict=verdict, problem=problem, fix=fix
    )


def _judge_name(name: str) -> str:
    try:
        rules.check_pool("the account", name)
    except UserError as error:
        return str(error)
    return ""


def _missing(name: str, role: str) -> Finding:
    return Finding(
        name=name,
        verdict=BROKEN,
        problem=f"the account does not list it: it does not exist, or the role {role} has no privilege on it",
        fix=_grant_monitor(name, role),
    )


def _grant_monitor(pool: str, role: str) -> str:
    return f"GRANT MONITOR ON COMPUTE POOL {quoted(pool)} TO ROLE {quoted(role)};"


def _lacking(settings: Settings, state: State, held: Privileges) -> str:
    """Return what the role does not hold of all that the settings need; MONITOR on pools is said with each pool."""
    done = {"CREATE IMAGE REPOSITORY"} if state.repository_url else set()
    grants = [
        grant
        for grant in list_grants(settings)
        if bare(grant.role) == state.role and grant.privilege not in {"MONITOR", *done} and held.lacks(grant)
    ]
    return as_script(grants, inverse=False)
