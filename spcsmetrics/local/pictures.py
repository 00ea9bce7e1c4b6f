"""Pictures of the boards, taken in an installed Chromium."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from spcsmetrics.core.errors import UserError

if TYPE_CHECKING:
    from playwright.sync_api import Page

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_WIDTH = 1600
SETTLED = "() => document.querySelector('[data-panel]') && !document.querySelector('[data-state=loading]')"


def find_browser() -> str:
    """Return the path of an installed Chromium or Chrome.

    Raises:
        UserError: none is on the PATH.
    """
    for name in _BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    raise UserError("neither Chromium nor Chrome is on the PATH: install one, such as Debian's package chromium")


def take(url: str, addresses: Mapping[str, str], folder: Path) -> None:
    """Write a picture of each board of the preview.

    Args:
        url: where the preview is served.
        addresses: the uid of each, and what its address says of the time and the variables.
        folder: where to write; it is made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open_page({}) as page:
        for board, query in addresses.items():
            page.set_viewport_size({"width": _WIDTH, "height": 1000})
            page.goto(f"{url}/d/{board}?{query}")
            page.wait_for_function(SETTLED, timeout=60_000)
            # Tables draw only the rows that are in sight.
            page.set_viewport_size({"width": _WIDTH, "height": page.evaluate("document.documentElement.scrollHeight")})
            page.wait_for_timeout(1000)
            page.screenshot(path=folder / f"{board}.png", full_page=True)


@contextmanager
def open_page(headers: dict[str, str]) -> Iterator["Page"]:
    """Yield an empty page of the browser, which sends these headers with each request."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - of the group preview

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        try:
            yield browser.new_page(extra_http_headers=headers)
        finally:
            browser.close()
