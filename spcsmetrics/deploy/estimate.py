"""What a deployment will cost and hold, before anything is created."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitoring.prices import CREDITS_PER_NODE_HOUR
from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import applications, central, rows, shares
from spcsmetrics.deploy.layout import list_members
from spcsmetrics.deploy.names import bare
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.sizing import (
    FAMILIES,
    GRAFANA_MIB,
    MOST_VOLUME,
    SERIES_A_NODE,
    SIZES,
    VOLUME_SHARE,
    Size,
    disk_bytes,
    find_size,
)
from spcsmetrics.deploy.state import State

_GIB = 2**30


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The figures: nodes now and at most, the size for them, the volume, and what it runs on.

    shares are the nodes that each shard may have; the size holds the largest. volumes are GiB by service. deployed is
    the number of series that the service which is there is sized for, 0 without one. recommended is a number of shards.
    """

    nodes: int
    most_nodes: int
    size: Size
    volume_gib: int
    family: str
    deployed: int
    shares: tuple[int, ...]
    volumes: Mapping[str, int]
    recommended: int

    @property
    def most_series(self) -> int:
        """Return the series of as many nodes as the pools may have."""
        return self.most_nodes * SERIES_A_NODE

    @property
    def largest_series(self) -> int:
        """Return the series of the shard that may have the most."""
        return max(self.shares) * SERIES_A_NODE

    def lines(self, settings: Settings) -> list[str]:
        """Return it as sentences, one a line."""
        size, days = self.size, settings.retention_days
        gigabytes = disk_bytes(self.most_series, days) / 1e9
        chosen = "set in the settings" if settings.size else "the smallest that holds them"
        of_each = " of each shard" if settings.scaled else ""
        lines = [
            f"{self._cost(settings)} paid for as block storage.",
            *self._services(settings),
            f"{self.nodes} nodes are to be watched, {self.most_nodes} when all pools are full: about"
            f" {self.most_series:,} series, {gigabytes:.1f} GB in {days} days.",
            f"The size{of_each} is for {size.series:,} series, {chosen}: {size.collector_mib:,} MiB for the collector,"
            f" of which {size.queue_bytes // 1_000_000} MB may wait for the store, {size.store_mib:,} MiB for the"
            f" store, {GRAFANA_MIB:,} MiB for Grafana.",
        ]
        if disk_bytes(self.largest_series, days) > self.volume_gib * _GIB * VOLUME_SHARE:
            lines.append("The volume holds fewer days: set a larger volume_gib, because it cannot be changed later.")
        if self.most_nodes and self.recommended != settings.shards:
            lines.append(f"Recommended for the account's size: shards = {self.recommended}.")
        return [*lines, *applications.lines(settings, size), *central.lines(settings, size), *self.warnings()]

    def _cost(self, settings: Settings) -> str:
        """Return the beginning of a sentence: what the nodes cost, and what is there of volumes."""
        members = list_members(settings)
        nodes = len(members)
        credits_an_hour = CREDITS_PER_NODE_HOUR.get(self.family)
        kept = f"{len(self.volumes)} volumes of {sum(self.volumes.values())} GiB together are"
        if nodes == 1:
            kept = f"the volume of {self.volume_gib} GiB is"
        if credits_an_hour is None:
            return f"What a node of {self.family} costs is in Snowflake's consumption table, around the clock; {kept}"
        counted = f"One node of {self.family} costs" if nodes == 1 else f"{nodes} nodes of {self.family} cost"
        month = nodes * credits_an_hour * 24 * 30
        return (
            f"{counted} {round(nodes * credits_an_hour, 2):g} credits an hour, {month:.0f} in 30 days, around the"
            f" clock; {kept}"
        )

    def _services(self, settings: Settings) -> Iterator[str]:
        """Yield each service of a deployment that has several, with its part of the watched nodes."""
        if not settings.scaled:
            return
        for member in list_members(settings):
            part = "the boards, and one query over all shards"
            if member.has_volume:
                nodes, volume = self.shares[member.shard], self.volumes[member.service]
                series = f"{nodes} nodes and {nodes * SERIES_A_NODE:,} series when full"
                part = f"a volume of {volume} GiB, pools of {series}"
            yield f"{member.service} ({member.describe(settings)}): a node of its own, {part}."

    def warnings(self) -> list[str]:
        """Return what to look after, also where the service is there already."""
        lines = []
        if 0 < self.deployed < self.largest_series:
            now = self.nodes * SERIES_A_NODE > self.deployed * len(self.shares)
            when = "has outgrown it" if now else "outgrows it with full pools"
            lines.append(f"What is deployed is sized for {self.deployed:,} series: the account {when}.")
        if self.largest_series > self.size.series:
            lines.append(f"The pools may outgrow the size: set size to {self.largest_series}, or to auto.")
        if self.family not in FAMILIES:
            need = f"{self.size.total_mib / 1024:.1f} GiB and {self.size.cpus} CPUs"
            lines.append(f"The nodes of {self.family} are not in the table of families: see that they have {need}.")
        return lines


def estimate(execute: Execute, settings: Settings, state: State) -> Estimate:
    """Count the nodes that the role sees now and that its pools may have, and calculate with a typical node."""
    pools = rows.show_pools(execute)
    wanted = {bare(pool) for pool in settings.pools}
    watched = [pool for pool in pools if not wanted or pool["name"] in wanted]
    running = [int(pool["active_nodes"] or 0) + int(pool["idle_nodes"] or 0) for pool in watched]
    most = [max(now, int(pool["max_nodes"] or 0)) for now, pool in zip(running, watched, strict=True)]
    by_pool = {pool["name"]: number for pool, number in zip(watched, most, strict=True)}
    own = [pool["instance_family"] for pool in pools if pool["name"] == bare(settings.compute_pool)]
    return calculate(sum(running), sum(most), settings, *own, state=state, by_pool=by_pool)


def calculate(
    nodes: int,
    most_nodes: int,
    settings: Settings,
    family: str = "",
    *,
    state: State | None = None,
    by_pool: Mapping[str, int] | None = None,
) -> Estimate:
    """Return the figures for numbers of nodes; the service runs on a pool of family, or of the settings' one.

    by_pool has the nodes that each pool may have; without it all count as one pool. Raises UserError when no service
    holds them, or a node of that family cannot.
    """
    by_pool = by_pool or {"": most_nodes}
    divided, recommended = shares.divide(by_pool, settings.shards), shares.recommend(by_pool)
    series = max(divided) * SERIES_A_NODE
    size = _find_size(settings.size or applications.add_room(settings, series), recommended)
    applications.check_room(settings, series, size)
    size.check_family(family or settings.pool_family)
    state = state or State()
    return Estimate(
        nodes=nodes,
        most_nodes=most_nodes,
        size=size,
        volume_gib=_choose_volume(settings, size, state),
        volumes={
            member.service: _choose_volume(settings, size, state.of(member.of(settings)))
            for member in list_members(settings)
            if member.has_volume
        },
        family=family or settings.pool_family,
        deployed=state.series,
        shares=divided,
        recommended=recommended,
    )


def _find_size(series: int, recommended: int) -> Size:
    if series > SIZES[-1].series and recommended > 1:
        raise UserError(
            f"{series:,} series are more than one service holds, which is {SIZES[-1].series:,}: name fewer pools in"
            f" pools, or set shards to {recommended}"
        )
    return find_size(series)


def _choose_volume(settings: Settings, size: Size, state: State) -> int:
    """Return the volume of a service: one that is there cannot be changed. Raises UserError for more than one holds."""
    there = (state.volumes or {}).get("data", "").removesuffix("Gi")
    if settings.volume_gib or there.isdecimal():
        return settings.volume_gib or int(there)
    days = settings.retention_days
    if size.volume_gib(days) > MOST_VOLUME:
        raise UserError(
            f"{days} days of {size.series:,} series need a volume of {size.volume_gib(days):,} GiB, and one has at most"
            f" {MOST_VOLUME:,}: set retention_days to fewer, or volume_gib to what it may have"
        )
    return size.volume_gib(days)
