"""Signals: what a panel shows, said once: title, meaning, unit, queries, legends, and why it may be empty."""

from dataclasses import dataclass, field

# Colours of values from a bound on; None is the colour below the first bound.
Steps = tuple[tuple[float | None, str], ...]

PLAIN: Steps = ((None, "text"),)
SHARE: Steps = ((None, "green"), (0.8, "orange"), (0.9, "red"))
NONE_IS_GOOD: Steps = ((None, "green"), (1, "orange"))
NONE_IS_PLAIN: Steps = ((None, "text"), (1, "orange"))
NONE_IS_BAD: Steps = ((None, "red"), (1, "green"))

# What a colour means, on every board.
USED, REQUESTED, LIMIT, CAPACITY = "green", "blue", "yellow", "purple"
RUNNING, PENDING, FINISHED, FAILED = "green", "orange", "text", "red"

# Resource, as metrics name it -> its title and Grafana's id of its unit.
RESOURCES = {"cpu": ("CPU cores", "short"), "memory": ("Memory", "bytes")}

# How often the store records: a sum over time of a recorded number of nodes is in units of it.
RECORDED_SECONDS = 30

_NOTHING = "nothing is chosen, or nothing was scraped in this time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One query of a signal and the legend of its series; dashed lines are bounds such as limits.

    A line without a colour takes the next of the palette.
    """

    expr: str
    legend: str
    dashed: bool = False
    color: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing to show, over time or as a number.

    A signal that several boards show takes the matchers of their variables:

        def pending(where: str) -> Signal:
            return Signal(
                title="Containers pending",
                meaning="Containers that wait for a node or an image.",
                unit="short",
                lines=(Line(expr=f"sum(container_state_pending{{{where}}})", legend="pending"),),
                empty="no container waits",
            )

    A board then shows it as `Number(pending(IN_POOLS))` or `Lines(pending(IN_POOLS), width=8)`. unit is Grafana's id
    of the unit; a legend may name only labels that its query keeps.
    """

    title: str
    meaning: str
    unit: str
    lines: tuple[Line, ...]
    empty: str = _NOTHING
    steps: Steps = PLAIN
    # A signal of shares ends at 1, so that boards can be compared; one that may pass it does not.
    bounded: bool = True
    # Whether the least is what matters, such as time left.
    least_first: bool = False
    decimals: int | None = None

    @property
    def description(self) -> str:
        """What the panel's info bubble says."""
        return f"{self.meaning} Empty when {self.empty}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of values in a table: its query, unit, colours, number of decimals, and texts."""

    title: str
    expr: str
    unit: str = "short"
    steps: Steps = PLAIN
    decimals: int | None = None
    # Pixels, where the unit's own width does not do.
    width: int = 0
    # Values that stand for something: value -> (text, colour).
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A table: a row for each set of keys (label -> title), and the columns of values.

    Every column's query keeps exactly the keys, because Grafana merges the columns by them.
    """

    title: str
    meaning: str
    keys: dict[str, str]
    columns: tuple[Column, ...]
    empty: str = _NOTHING
    # Title of a key's column -> the board that a click on it opens.
    links: tuple[tuple[str, str], ...] = ()
    # Titles of columns that are there for links alone.
    hidden: tuple[str, ...] = ()
    # Title of the column that is highest in the first row; the first with a colour where none is named.
    first: str = ""

    @property
    def description(self) -> str:
        """What the panel's info bubble says."""
        return f"{self.meaning} Empty when {self.empty}."

    @property
    def worst(self) -> str:
        """The title of the column by which rows are sorted, from the highest value down."""
        coloured = (column.title for column in self.columns if column.steps != PLAIN)
        return self.first or next(coloured, self.columns[0].title)
