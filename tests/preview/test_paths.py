"""The ways of docs/boards.md from Home to an answer, clicked in a browser: three clicks at most."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from previews import Preview, open_board, settle

LIMIT = 3


@pytest.fixture
def click(page: Page, shown: Preview) -> Callable[[Locator], None]:
    """Return a click that counts, with Home open before the first."""
    open_board(page, shown, "spcs-home")
    clicks = 0

    def count(link: Locator) -> None:
        nonlocal clicks
        clicks += 1
        assert clicks <= LIMIT
        link.click()
        settle(page)

    return count


def panel(page: Page, title: str) -> Locator:
    return page.locator(f"[data-panel='{title}']")


def row(page: Page, title: str, text: str) -> Locator:
    return panel(page, title).get_by_role("row").filter(has_text=text).first


def test_which_pool_is_full(page: Page, click: Callable[[Locator], None]) -> None:
    full = row(page, "Compute pools", "WEB_POOL")
    expect(full).to_contain_text("50%")
    click(full.get_by_role("link", name="WEB_POOL"))
    expect(panel(page, "CPU: share of the pool")).to_contain_text("50%")
    click(page.get_by_role("button", name="Nodes"))
    expect(panel(page, "CPU cores: free to request")).to_contain_text("one node")


def test_what_was_killed_for_its_memory(page: Page, click: Callable[[Locator], None]) -> None:
    killed = row(page, "Needs attention", "FailedWithOOM")
    click(killed.get_by_role("link", name="main"))
    assert "/d/spcs-container" in page.url
    expect(panel(page, "Last finished reason")).to_contain_text("FailedWithOOM")
    expect(panel(page, "Memory: used, requested, limit")).to_contain_text("limit")


def test_what_waits_and_why(page: Page, click: Callable[[Locator], None]) -> None:
    waiting = row(page, "Needs attention", "FailedToPullImage")
    click(waiting.get_by_role("link", name=re.compile("_API")))
    assert "/d/spcs-service" in page.url
    assert "var-schema=STAGING" in page.url
    expect(panel(page, "Pending containers by reason")).to_contain_text("FailedToPullImage")


def test_what_is_requested_and_unused(page: Page, click: Callable[[Locator], None]) -> None:
    click(page.get_by_role("link", name="Right-sizing and cost"))
    expect(panel(page, "Memory: requested and unused")).to_contain_text("WEB_POOL")
    expect(row(page, "Suggested requests", "POOL")).to_be_visible()


def test_which_gpu_idles(page: Page, click: Callable[[Locator], None]) -> None:
    click(page.get_by_role("link", name="GPU", exact=True))
    idle = row(page, "Nodes with idle GPUs", "IDLE_POOL")
    expect(idle.get_by_role("gridcell").last).to_have_text("1")
    click(idle.get_by_role("link").last)
    assert "/d/spcs-node" in page.url
    assert "var-pool=IDLE_POOL" in page.url


def test_which_pool_cannot_be_seen_and_why(page: Page, click: Callable[[Locator], None]) -> None:
    hidden = row(page, "Compute pools", "HIDDEN_POOL")
    expect(hidden).to_contain_text("unseen: MONITOR?")
    click(hidden.get_by_role("link", name="HIDDEN_POOL"))
    expect(page.locator("[data-variable=pool]")).to_have_value("HIDDEN_POOL")
    expect(panel(page, "State of the pool").locator("[data-state='unseen: MONITOR?']").first).to_be_attached()
    expect(panel(page, "Nodes").first).to_contain_text("unknown")


def test_a_suspended_pool_is_on_home(page: Page, click: Callable[[Locator], None]) -> None:
    quiet = row(page, "Compute pools", "QUIET_POOL")
    expect(quiet).to_contain_text("suspended")
    click(quiet.get_by_role("link", name="QUIET_POOL"))
    expect(panel(page, "Nodes").first).to_contain_text("unknown")
