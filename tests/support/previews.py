"""The preview of the boards, as its tests see it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Preview:
    """The address of the page and of the store, and the range in which everything is there (epoch milliseconds)."""

    url: str
    store: str
    start: int
    end: int

    @property
    def time(self) -> str:
        return f"from={self.start}&to={self.end}"
