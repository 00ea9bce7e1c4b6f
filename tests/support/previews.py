"""The preview of the boards, as its tests see it."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spcsmetrics.core.paths import BOARD_FOLDER
from spcsmetrics.local.pictures import SETTLED

if TYPE_CHECKING:
    from playwright.sync_api import Page

BOARDS = sorted(json.loads(file.read_text())["uid"] for file in BOARD_FOLDER.glob("*.json"))
_PATIENCE_MILLISECONDS = 60_000


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


def settle(page: "Page") -> None:
    """Wait until no panel loads."""
    page.wait_for_function(SETTLED, timeout=_PATIENCE_MILLISECONDS)


def open_board(page: "Page", shown: Preview, uid: str, more: str = "") -> None:
    """Open a board over the time in which everything is there."""
    page.goto(f"{shown.url}/d/{uid}?{shown.time}{more}")
    settle(page)


def unfold(page: "Page") -> None:
    """Open every folded row."""
    folded = page.locator("[data-row][aria-expanded=false]")
    while folded.count():
        folded.first.click()
    settle(page)
