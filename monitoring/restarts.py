"""Events counted exactly: `increase` extrapolates, and makes 1.008 of one restart.

Whether a counter has started anew is seen by what `increase` adds for that and `delta` does not. `resets` would say it
too, and not through Thanos, which takes resets out of a counter before it merges replicas.
"""

# What a rule records of each container that has restarted within a quarter of an hour.
RECENT_RESTARTS = "spcs_container:container_restarts:increase15m"


def restarts(where: str, span: str) -> str:
    """Return the query of restarts within a span, for each container that the matchers (where) choose."""
    return _grown(f"container_restarts{{{where}}}[{span}]" if where else f"container_restarts[{span}]")


def restarted(where: str, span: str) -> str:
    """Return the query of containers that restarted within a span, which is cheaper than how often."""
    return f"increase(container_restarts{{{where}}}[{span}]) > 0"


def packets(counter: str, where: str, span: str) -> str:
    """Return the query of how much a counter grew within a span."""
    return _grown(f"{counter}{{{where}}}[{span}]")


def _grown(counter: str) -> str:
    """Return the query of how much a counter grew; one that started anew is estimated, exactly where it is small."""
    steps = f"max_over_time({counter}) - min_over_time({counter}) unless increase({counter}) > delta({counter})"
    return f"({steps} or round(increase({counter})))"
