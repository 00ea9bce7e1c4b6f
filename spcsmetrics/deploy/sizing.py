"""What the service needs by the number of series: the one table of sizes, and the figures that it follows from.

./inv bench.capacity measures them; docs/performance.md has the table.
"""

from dataclasses import dataclass

from monitoring.signals.store import OWN_SERIES
from spcsmetrics.core.errors import UserError

# A node with five instances of three containers and a volume each; what is in docs/metrics.md, counted.
SERIES_A_NODE = 283
SECONDS_BETWEEN_SAMPLES = 30
_DAY = 86_400

# vCPUs and GiB of a node.
# Source: https://docs.snowflake.com/en/sql-reference/sql/create-compute-pool
FAMILIES = {
    "CPU_X64_XS": (1, 6),
    "CPU_X64_S": (3, 13),
    "CPU_X64_M": (6, 28),
    "CPU_X64_SL": (14, 54),
    "CPU_X64_L": (28, 116),
    "HIGHMEM_X64_S": (6, 58),
    "HIGHMEM_X64_M": (28, 240),
}
# What of it containers get; the rest is the platform's.
_USABLE = 0.85

_MIB, _GIB = 2**20, 2**30
# What stands in prometheus/launcher/limits.go, too, is held together by a test.
# Measured: resident without pages of files, with the shipped garbage settings and rules.
_COLLECTOR_BASE, _COLLECTOR_SERIES = 60 * _MIB, 2_400
STORE_BASE, STORE_SERIES = 60 * _MIB, 5_300
# A compressed sample in the collector's queue, and what the queue takes beyond its own bytes.
QUEUE_SAMPLE, _QUEUE_OVERHEAD = 14, 1.5
# Ten minutes of a store that is away, and some spare.
_QUEUE_SECONDS, _LEAST_QUEUE = 780, 64_000_000
# Two queries that return all that they read: a sample, and the labels of each series.
QUERIES, QUERY_SAMPLE, QUERY_SERIES = 2, 136, 2_000
# Enough for a board of a full pool of 150 nodes over six hours.
_QUERY_SAMPLES = 5_000_000
# Prometheus's documentation says 1 to 2 bytes; the simulator takes 2.3, and 1.3 for the index of a block of 2 h.
_DISK_SAMPLE = 3.0
# Retention keeps to four fifths of the volume: the rest is for the reserve, the floor and compactions.
VOLUME_SHARE = 0.8
# Growth until somebody looks.
_SPARE = 1.25
# Of a container's limit: the garbage that is not collected yet.
_COLLECTOR_SHARE, STORE_SHARE = 0.8, 0.85
GRAFANA_MIB = 1024
# What all clouds give of a block volume.
MOST_VOLUME = 16_384
_LEAST_VOLUME = 25
# The query takes a GiB for each so many series, at most what a small node has beside Grafana.
_QUERY_STEP, _MOST_QUERY = 150_000, 4096
# Measured: 430 MiB with 181,000 series in one query, and 91 MB when idle.
_SIDECAR_BASE, _SIDECAR_SERIES, _LEAST_SIDECAR = 90 * _MIB, 2_400, 384


@dataclass(frozen=True, kw_only=True)
class Size:
    """A row of the table: for so many series of nodes at 30 s, the memory of each container, its CPUs and the queue."""

    series: int
    collector_mib: int
    store_mib: int
    cpus: int
    queue_bytes: int

    @property
    def collector_garbage_mib(self) -> int:
        """Return where the collector begins to collect its garbage without pause."""
        return int(self.collector_mib * _COLLECTOR_SHARE)

    @property
    def total_mib(self) -> int:
        """Return the memory of all three containers."""
        return self.collector_mib + self.store_mib + GRAFANA_MIB

    def volume_gib(self, days: int) -> int:
        """Return the volume that holds so many days."""
        return max(_LEAST_VOLUME, -(-round(disk_bytes(self.series, days) * _SPARE / VOLUME_SHARE) // _GIB // 5) * 5)

    def check_family(self, family: str) -> None:
        """Raise UserError when a node of a family cannot hold the containers; families that are not listed may."""
        if family in FAMILIES and not self.fits(family):
            least = next((name for name in FAMILIES if self.fits(name)), "")
            raise UserError(
                f"a node of {family} has {FAMILIES[family][1]} GiB, and {self.series:,} series need"
                f" {self.total_mib / 1024:.1f} GiB for the three containers:"
                f" use a pool of {least or 'a larger family'}, or set size to the number of series that you expect"
            )

    def fits(self, family: str) -> bool:
        """Return whether a node of a family has memory and CPUs for it."""
        cpus, gib = FAMILIES[family]
        return self.total_mib <= gib * 1024 * _USABLE and self.cpus <= cpus


def disk_bytes(series: int, days: int) -> float:
    """Return what so many days of samples take on disk."""
    return series / SECONDS_BETWEEN_SAMPLES * _DAY * days * _DISK_SAMPLE


def _row(series: int, cpus: int) -> Size:
    waiting = series / SECONDS_BETWEEN_SAMPLES * _QUEUE_SECONDS * QUEUE_SAMPLE
    queue = max(_LEAST_QUEUE, round(waiting / 1e6) * 1_000_000)
    collector = (_COLLECTOR_BASE + _COLLECTOR_SERIES * series + queue * _QUEUE_OVERHEAD) / _COLLECTOR_SHARE
    head = series * OWN_SERIES
    queries = QUERIES * (_QUERY_SAMPLES * QUERY_SAMPLE + head * QUERY_SERIES)
    store = (STORE_BASE + STORE_SERIES * head + queries) / STORE_SHARE
    return Size(
        series=series,
        collector_mib=_round(collector),
        store_mib=_round(store),
        cpus=cpus,
        queue_bytes=queue,
    )


def _round(size: float) -> int:
    """Return MiB in steps of 256."""
    return -(-round(size) // (256 * _MIB)) * 256


# A node of CPU_X64_XS holds the first row, CPU_X64_S the next two, CPU_X64_M the fourth, which is extrapolated.
SIZES = tuple(_row(series, cpus) for series, cpus in ((45_000, 1), (150_000, 1), (425_000, 2), (850_000, 3)))


def find_size(series: int) -> Size:
    """Return the smallest size that holds so many series. Raises UserError for more than the largest."""
    for size in SIZES:
        if series <= size.series:
            return size
    raise UserError(
        f"{series:,} series are more than one service holds, which is {SIZES[-1].series:,}: name fewer pools in pools"
    )


def find_sidecar_mib(series: int) -> int:
    """Return the memory of a shard's sidecar, which holds what a query of all its series touches."""
    needed = (_SIDECAR_BASE + _SIDECAR_SERIES * series) / _COLLECTOR_SHARE
    return max(_LEAST_SIDECAR, -(-round(needed) // (128 * _MIB)) * 128)


def find_query_mib(series: int) -> int:
    """Return the memory of the view's query: measured are 355 MB at 70,000 series, and it grows with what is read."""
    return min(_MOST_QUERY, 1024 * -(-series // _QUERY_STEP))
