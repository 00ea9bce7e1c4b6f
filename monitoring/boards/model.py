"""A board as data: variables, rows and panels made of signals. Rendering makes Grafana's JSON of it."""

from dataclasses import dataclass, field

from monitoring.signals import Listing, Signal


@dataclass(frozen=True)
class Lines:
    """A time series; width is of 24 columns."""

    signal: Signal
    width: int = 12
    stacked: bool = False
    height = 8

    @property
    def title(self) -> str:
        """Return what stands above the panel."""
        return self.signal.title


@dataclass(frozen=True)
class Number:
    """A signal's last value, with its history behind it."""

    signal: Signal
    width: int = 4
    height = 3

    @property
    def title(self) -> str:
        """Return what stands above the panel."""
        return self.signal.title


@dataclass(frozen=True)
class Timeline:
    """A signal whose numbers stand for states: value -> (text, colour)."""

    signal: Signal
    states: dict[str, tuple[str, str]]
    width: int = 24
    height = 8

    @property
    def title(self) -> str:
        """Return what stands above the panel."""
        return self.signal.title


@dataclass(frozen=True)
class Grid:
    """A table over the whole width."""

    listing: Listing
    width = 24
    height: int = 9

    @property
    def title(self) -> str:
        """Return what stands above the panel."""
        return self.listing.title


@dataclass(frozen=True)
class Note:
    """Text in Markdown."""

    title: str
    text: str
    width: int = 24
    height: int = 4


Panel = Lines | Number | Timeline | Grid | Note


@dataclass(frozen=True)
class Row:
    """A titled row of panels, which wrap after 24 columns."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Board:
    """A board: its id in addresses, title, what it is for, variables in order, and rows."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[str, ...] = ()
    # Text variables that the reader may change: name -> (label, value).
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
