"""Pictures of the boards, by a browser that notes what it is asked and knows nothing else."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from grafana_pictures import take_grafana
from programs import write_program

from spcsmetrics.core.errors import UserError
from spcsmetrics.local import pictures


class Page:
    """A page of a browser: a picture can be taken only of what was opened, and has settled."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers
        self.opened: list[str] = []
        self.settled = False

    def set_viewport_size(self, size: dict[str, int]) -> None:
        assert size["width"] > 0
        assert size["height"] > 0

    def goto(self, url: str, wait_until: str = "load", **_: int) -> None:
        self.opened.append(url)
        self.settled = wait_until == "networkidle"

    def wait_for_function(self, expression: str, **_: int) -> None:
        assert expression == pictures.SETTLED
        self.settled = True

    def wait_for_timeout(self, _milliseconds: int) -> None:
        """Wait."""

    def evaluate(self, _expression: str) -> int:
        return 3000

    def screenshot(self, path: Path, **_: bool) -> None:
        assert self.settled, "a picture of a page that still loads"
        path.write_text(self.opened[-1])


class Browser:
    """Chromium as playwright starts it."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        self.closed = False

    def launch(self, executable_path: str, **_: list[str]) -> "Browser":
        assert Path(executable_path).exists()
        return self

    def new_page(self, extra_http_headers: dict[str, str] | None = None, **_: Any) -> Page:
        self.pages.append(Page(extra_http_headers or {}))
        return self.pages[-1]

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Browser:
    found = Browser()

    @contextmanager
    def sync_playwright() -> Iterator[Any]:
        playwright = ModuleType("playwright")
        playwright.chromium = found  # type: ignore[attr-defined]
        yield playwright

    module = ModuleType("playwright.sync_api")
    module.sync_playwright = sync_playwright  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "playwright", ModuleType("playwright"))
    monkeypatch.setitem(sys.modules, "playwright.sync_api", module)
    write_program(tmp_path / "bin", "google-chrome", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return found


def test_each_board_has_a_picture_of_what_is_chosen_once_it_has_settled(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "pictures"
    addresses = {"spcs-home": "from=1&to=2", "spcs-pool": "from=1&to=2&var-pool=WEB_POOL"}
    pictures.take("http://127.0.0.1:1", addresses, folder)
    assert {file.name: file.read_text() for file in folder.iterdir()} == {
        "spcs-home.png": "http://127.0.0.1:1/d/spcs-home?from=1&to=2",
        "spcs-pool.png": "http://127.0.0.1:1/d/spcs-pool?from=1&to=2&var-pool=WEB_POOL",
    }
    assert browser.closed


def test_grafana_sees_a_viewer_whom_the_ingress_let_in(browser: Browser, tmp_path: Path) -> None:
    take_grafana("http://127.0.0.1:3000", ["spcs-home"], tmp_path / "pictures")
    (page,) = browser.pages
    assert page.headers == {"Sf-Context-Current-User": "VIEWER"}
    assert (tmp_path / "pictures" / "spcs-home.png").exists()
    assert browser.closed


def test_a_machine_without_a_browser_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"Chromium .*Chrome .*on the PATH: install one"):
        pictures.find_browser()
