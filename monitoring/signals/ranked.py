"""Lines of the ten that have most, and one of the others together."""

from collections.abc import Callable

from monitoring.ranking import LATEST, others, top
from monitoring.signals import Line

# Makes a query whose selectors end with what it is given: nothing, or LATEST.
Query = Callable[[str], str]


def ten_and_rest(
    query: Query,
    legend: str,
    rest: str,
    *,
    by: Query | None = None,
    average: bool = False,
    dashed: bool = False,
    color: str = "",
) -> tuple[Line, Line]:
    """Return the line of the ten series that have most at the end of the time shown, and that of the others.

    Args:
        query: what to show.
        legend: the legend of each of the ten.
        rest: the legend of the others.
        by: what the ten have most of; what is shown by default. Its series have the same labels.
        average: show the others as their average, because a sum of shares means nothing.
        dashed: draw them as bounds.
        color: of both.
    """
    value, latest = query(""), (by or query)(LATEST)
    together = "avg" if average else "sum"
    return (
        Line(expr=top(value, latest), legend=legend, dashed=dashed, color=color),
        Line(expr=others(value, latest, together), legend=rest, dashed=dashed, color=color),
    )
