"""The ten that have most, and the others as a sum: a line for each of many things would be a carpet."""

TOP = 10


def top(value: str, latest: str) -> str:
    """Return the query of the ten series that have most at the end of the time shown, over all of it.

    value is a query with a series for each thing; latest the same query at the end, whose selectors carry LATEST.
    `topk` alone chooses anew at each point, which makes more than ten lines.
    """
    return f"({value}) and topk({TOP}, {latest})"


def others(value: str, latest: str, together: str = "sum") -> str:
    """Return the query of all series but the ten, together as a sum or avg; without a value where ten are all."""
    return f"{together}(({value}) unless topk({TOP}, {latest}))"


def first(value: str, latest: str) -> str:
    """Return the query of the ten series that have least at the end of the time shown, over all of it."""
    return f"({value}) and bottomk({TOP}, {latest})"


# Written after a selector: its value at the end of the time shown.
LATEST = " @ end()"
