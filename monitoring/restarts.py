"""Events counted exactly: `increase` extrapolates, and makes 1.008 of one restart."""


def restarts(where: str, span: str) -> str:
    """Return the query of restarts within a span, for each container that the matchers (where) choose.

    A counter that starts anew with its instance is counted by its steps, which misses a restart only if two fall
    between two scrapes.
    """
    counter = f"container_restarts{{{where}}}[{span}]" if where else f"container_restarts[{span}]"
    return (
        f"((max_over_time({counter}) - min_over_time({counter}) unless resets({counter}) > 0)"
        f" or changes({counter}) - resets({counter}))"
    )


def packets(counter: str, where: str, span: str) -> str:
    """Return the query of how much a counter grew within a span; one that started anew is estimated."""
    counted = f"{counter}{{{where}}}[{span}]"
    steps = f"max_over_time({counted}) - min_over_time({counted}) unless resets({counted}) > 0"
    return f"({steps} or round(increase({counted})))"
