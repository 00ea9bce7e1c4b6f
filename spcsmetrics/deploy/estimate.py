"""What a deployment will cost and hold, before anything is created."""

from dataclasses import dataclass

from monitoring.prices import CREDITS_PER_NODE_HOUR
from spcsmetrics.deploy import rows
from spcsmetrics.deploy.names import bare
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings

# A node with five instances of three containers and a volume each; what is in docs/metrics.md, counted.
SERIES_A_NODE = 283
_SECONDS_BETWEEN_SAMPLES = 30
# Prometheus's documentation says 1 to 2 bytes.
_BYTES_A_SAMPLE = 1.5
_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The figures: nodes that will be scraped, series, GB on disk over the retention, and what it runs on."""

    nodes: int
    series: int
    disk_gb: float
    family: str

    def lines(self, settings: Settings) -> list[str]:
        """Return it as sentences, one a line."""
        credits_an_hour = CREDITS_PER_NODE_HOUR.get(self.family)
        cost = f"What a node of {self.family} costs is in Snowflake's consumption table"
        if credits_an_hour is not None:
            month = credits_an_hour * 24 * 30
            cost = f"One node of {self.family} costs {credits_an_hour} credits an hour, {month:.0f} in 30 days"
        lines = [
            f"{cost}, also while nobody looks; the volume of {settings.volume_gib} GiB is paid for as block storage.",
            f"{self.nodes} nodes are to be watched: about {self.series:,} series, {self.disk_gb:.1f} GB in"
            f" {settings.retention_days} days ({settings.retention_gb} GB are kept at most).",
        ]
        if self.disk_gb > settings.retention_gb:
            lines.append("The volume holds fewer days: set a larger volume_gib, because it cannot be changed later.")
        return lines


def estimate(execute: Execute, settings: Settings) -> Estimate:
    """Count the nodes that the role sees now, and calculate with a typical node."""
    pools = rows.show_pools(execute)
    wanted = {bare(pool) for pool in settings.pools}
    watched = [pool for pool in pools if not wanted or pool["name"] in wanted]
    nodes = sum(int(pool["active_nodes"] or 0) + int(pool["idle_nodes"] or 0) for pool in watched)
    own = [pool["instance_family"] for pool in pools if pool["name"] == bare(settings.compute_pool)]
    return calculate(nodes, settings, *own)


def calculate(nodes: int, settings: Settings, family: str = "") -> Estimate:
    """Return the figures for a number of nodes; the service runs on a pool of family, or of the settings' one."""
    series = nodes * SERIES_A_NODE
    samples = series / _SECONDS_BETWEEN_SAMPLES * _DAY * settings.retention_days
    return Estimate(
        nodes=nodes, series=series, disk_gb=samples * _BYTES_A_SAMPLE / 1e9, family=family or settings.pool_family
    )
