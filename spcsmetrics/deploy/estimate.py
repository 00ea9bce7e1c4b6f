"""What a deployment will cost and hold, before anything is created."""

from dataclasses import dataclass

from monitoring.prices import CREDITS_PER_NODE_HOUR
from spcsmetrics.deploy import applications, rows
from spcsmetrics.deploy.names import bare
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.sizing import FAMILIES, GRAFANA_MIB, SERIES_A_NODE, VOLUME_SHARE, Size, disk_bytes, find_size
from spcsmetrics.deploy.state import State

_GIB = 2**30


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The figures: nodes now and at most, the size for them, the volume, and what it runs on.

    deployed is the number of series that the service which is there is sized for, 0 without one.
    """

    nodes: int
    most_nodes: int
    size: Size
    volume_gib: int
    family: str
    deployed: int = 0

    @property
    def most_series(self) -> int:
        """Return the series of as many nodes as the pools may have."""
        return self.most_nodes * SERIES_A_NODE

    def lines(self, settings: Settings) -> list[str]:
        """Return it as sentences, one a line."""
        credits_an_hour = CREDITS_PER_NODE_HOUR.get(self.family)
        cost = f"What a node of {self.family} costs is in Snowflake's consumption table"
        if credits_an_hour is not None:
            month = credits_an_hour * 24 * 30
            cost = f"One node of {self.family} costs {credits_an_hour} credits an hour, {month:.0f} in 30 days"
        size, days = self.size, settings.retention_days
        gigabytes = disk_bytes(self.most_series, days) / 1e9
        chosen = "set in the settings" if settings.size else "the smallest that holds them"
        lines = [
            f"{cost}, around the clock; the volume of {self.volume_gib} GiB is paid for as block storage.",
            f"{self.nodes} nodes are to be watched, {self.most_nodes} when all pools are full: about"
            f" {self.most_series:,} series, {gigabytes:.1f} GB in {days} days.",
            f"The size is for {size.series:,} series, {chosen}: {size.collector_mib:,} MiB for the collector, of which"
            f" {size.queue_bytes // 1_000_000} MB may wait for the store, {size.store_mib:,} MiB for the store,"
            f" {GRAFANA_MIB:,} MiB for Grafana.",
        ]
        if gigabytes > self.volume_gib * _GIB / 1e9 * VOLUME_SHARE:
            lines.append("The volume holds fewer days: set a larger volume_gib, because it cannot be changed later.")
        return [*lines, *applications.lines(settings, size), *self.warnings()]

    def warnings(self) -> list[str]:
        """Return what to look after, also where the service is there already."""
        lines = []
        if 0 < self.deployed < self.most_series:
            when = "has outgrown it" if self.nodes * SERIES_A_NODE > self.deployed else "outgrows it with full pools"
            lines.append(f"What is deployed is sized for {self.deployed:,} series: the account {when}.")
        if self.most_series > self.size.series:
            lines.append(f"The pools may outgrow the size: set size to {self.most_series}, or to auto.")
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
    own = [pool["instance_family"] for pool in pools if pool["name"] == bare(settings.compute_pool)]
    return calculate(sum(running), sum(most), settings, *own, state=state)


def calculate(
    nodes: int, most_nodes: int, settings: Settings, family: str = "", *, state: State | None = None
) -> Estimate:
    """Return the figures for numbers of nodes; the service runs on a pool of family, or of the settings' one.

    Raises UserError when no service holds them, or a node of that family cannot.
    """
    series = most_nodes * SERIES_A_NODE
    size = find_size(settings.size or applications.add_room(settings, series))
    applications.check_room(settings, series, size)
    size.check_family(family or settings.pool_family)
    # A volume that is there cannot be changed.
    state = state or State()
    there = (state.volumes or {}).get("data", "").removesuffix("Gi")
    volume = settings.volume_gib or (int(there) if there.isdecimal() else size.volume_gib(settings.retention_days))
    return Estimate(
        nodes=nodes,
        most_nodes=most_nodes,
        size=size,
        volume_gib=volume,
        family=family or settings.pool_family,
        deployed=state.series,
    )
