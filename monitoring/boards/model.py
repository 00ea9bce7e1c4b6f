"""A board as data: variables, rows and panels made of signals. Rendering makes Grafana's JSON of it.

A board is 24 columns wide; panels stand beside each other until a row of 24 is full.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from monitoring.signals import Listing, Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class _SignalPanel:
    """What the panels of a signal share: `Lines(signal=pools.NODES, width=8)`."""

    signal: Signal

    @property
    def title(self) -> str:
        """The signal's title. The panel's id follows from it, so links to a panel break when its signal is renamed."""
        return self.signal.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(_SignalPanel):
    """A time series."""

    width: int = 12
    stacked: bool = False
    height: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(_SignalPanel):
    """A signal's value at the end of the time shown."""

    width: int = 4
    height: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline(_SignalPanel):
    """A signal whose numbers stand for states: value -> (text, colour)."""

    states: dict[str, tuple[str, str]]
    width: int = 24
    height: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table."""

    listing: Listing
    width: int = 24
    height: int = 9

    @property
    def title(self) -> str:
        """The listing's title, from which the panel's id follows."""
        return self.listing.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Text in Markdown."""

    title: str
    text: str
    width: ClassVar[int] = 24
    height: ClassVar[int] = 4


Panel = Lines | Number | Timeline | Grid | Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A titled row of panels: `Row(title="Now", panels=(Grid(listing=pools.POOL_LIST),))`.

    The first row of a board is the answer: it has no heading and fits a screen. The others are folded.
    """

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A board: its id in addresses, title, what it is for, variables in order, and rows."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[str, ...] = ()
    # Variables of which a reader chooses one: a board of details shows one thing, not all.
    single: tuple[str, ...] = ()
    # Text variables that the reader may change: name -> (label, value).
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    # Boards that show more of what is chosen: (title, uid), as links above the board.
    links: tuple[tuple[str, str], ...] = ()
