"""Which shard watches which pool, and how many shards an account asks for."""

import hashlib
from collections.abc import Mapping

from spcsmetrics.deploy.sizing import SERIES_A_NODE, SIZES

MOST_SHARDS = 16
# The largest size that was measured; the one above it is extrapolated.
_MEASURED = SIZES[-2].series


def find_shard(pool: str, count: int) -> int:
    """Return the shard of a pool, as the collector reckons it: hashmod of Prometheus over the name in capitals."""
    digest = hashlib.md5(pool.upper().encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:]) % count


def divide(nodes: Mapping[str, int], count: int) -> tuple[int, ...]:
    """Return the nodes of each shard, by the nodes of each pool."""
    found = [0] * count
    for pool, number in nodes.items():
        found[find_shard(pool, count)] += number
    return tuple(found)


def recommend(nodes: Mapping[str, int]) -> int:
    """Return the smallest number of shards of which each holds its pools by what was measured."""
    most = _MEASURED // SERIES_A_NODE
    fitting = (count for count in range(1, MOST_SHARDS + 1) if max(divide(nodes, count)) <= most)
    return next(fitting, MOST_SHARDS)
