"""The ten that have most, and the others as a sum: a line for each of many things would be a carpet."""

TOP = 10


def top(value: str, latest: str) -> str:
    """Return the query of the ten series that have most at the end of the time shown, over all of it.

    value is a query with a series for each thing; latest the same query at the end, whose selectors carry LATEST.
    `topk` alone chooses anew at each point, which makes more than ten lines.
    """
    return f"({value}) and topk({TOP}, {latest})"


def others(value: str, latest: str) -> str:
    """Return the query of the sum over all series but the ten; without a value where ten are all."""
    return f"sum(({value}) unless topk({TOP}, {latest}))"


# Written after a selector: its value at the end of the time shown.
LATEST = " @ end()"
