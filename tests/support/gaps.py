"""Samples that a store lacks."""

import itertools
import time

from stands import Stand
from waiting import wait_for

from spcsmetrics.local import promql


def find_times(stand: Stand, until: float, seconds: float) -> dict[str, list[float]]:
    """Return of each node the times of its samples in so many seconds before a moment."""
    query = f'up{{job="spcs-nodes"}}[{seconds:.0f}s] @ {until:.3f}'
    scraped = promql.result(promql.ask(stand.store.url, "query", {"query": query}))
    return {series["metric"]["instance"]: [at for at, _ in series["values"]] for series in scraped}


def find_gaps(stand: Stand, began: float, interval: float, longest_allowed: float) -> dict[str, float]:
    """Return, of each node that lacks samples since a moment, the longest time between two of them.

    It waits until what is queued has arrived.
    """
    stand.wait_for_scrapes()
    wait_for(lambda: stand.query('min(timestamp(up{job="spcs-nodes"}))')[0].value > time.time() - 3 * interval, 60)
    now = time.time()
    found = {}
    scraped = find_times(stand, now, now - began + 2 * interval + 1)
    for instance, times in scraped.items():
        # What is missing right behind the beginning counts, too.
        longest = max(later - at for at, later in itertools.pairwise([min(began, times[0]), *times]))
        if longest > longest_allowed:
            found[instance] = longest
    assert set(scraped) == set(stand.nodes())
    return found
