"""Each board in a real browser: it draws data, and at 1600 pixels no name or number is cut off."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from previews import BOARDS, Preview, open_board, unfold

# A board of details opens on the first of its things, of which nothing may wait or have ended.
MAY_BE_EMPTY = {"Pending containers by reason", "Last finished reason", "Needs attention"}
# Text that is wider than its place, where the place hides or scrolls what is beyond it; not what only a screen reader
# sees, which is a pixel wide.
CUT = """() => [...document.querySelectorAll('[data-panel] *')]
  .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 2
    && ['hidden', 'clip', 'auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.innerText)
  .map(e => [e.closest('[data-panel]').dataset.panel, e.innerText.slice(0, 60), e.clientWidth, e.scrollWidth])"""
# Panels that end below the screen although they are of the answer.
BELOW = """() => [...document.querySelectorAll('[data-panel]')]
  .filter(e => e.getBoundingClientRect().bottom > window.innerHeight).map(e => e.dataset.panel)"""

BESIDE = """() => [...document.querySelectorAll('[data-panel]')]
  .filter(e => e.getBoundingClientRect().right > 1600).map(e => e.dataset.panel)"""

# Legends of at most three lines that scroll, because the last line is below their place. Longer ones may: they are
# sorted, so that what has most is in sight, and Grafana gives a legend no more than a third of its chart.
SCROLLED = """() => [...document.querySelectorAll('[data-panel] table')]
  .filter(table => table.tBodies[0]?.rows.length <= 3)
  .map(table => {
    let place = table;
    while (place && getComputedStyle(place).overflowY === 'visible') place = place.parentElement;
    return [table.closest('[data-panel]').dataset.panel, place?.clientHeight, place?.scrollHeight];
  })
  .filter(([, client, scroll]) => scroll > client + 1)"""


def panels(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.eval_on_selector_all("[data-panel]", "all => all.map(e => ({...e.dataset}))")
    return found


@pytest.mark.parametrize("uid", BOARDS)
def test_a_board_draws_every_panel_with_data_and_cuts_nothing_at_1600_pixels(
    page: Page, shown: Preview, uid: str
) -> None:
    open_board(page, shown, uid)
    assert page.viewport_size == {"width": 1600, "height": 900}
    states = {panel["panel"]: panel["state"] for panel in panels(page)}
    assert len(states) > 2
    without = {title for title, state in states.items() if state != "done"}
    assert without <= MAY_BE_EMPTY, without
    assert not page.evaluate(BELOW)
    unfold(page)
    expect(page.locator("canvas").first).to_be_attached()
    assert len(panels(page)) > len(states)
    expect(page.locator("[data-state=error]")).to_have_count(0)
    height = page.evaluate("document.documentElement.scrollHeight")
    # Tables draw only the rows that are in sight.
    page.set_viewport_size({"width": 1600, "height": height})
    page.wait_for_timeout(500)
    cut = page.evaluate(CUT)
    assert not cut, "\n".join(map(str, cut))
    assert not page.evaluate(BESIDE)
    assert not page.evaluate(SCROLLED)


def test_what_is_cut_is_found(page: Page, shown: Preview) -> None:
    open_board(page, shown, "spcs-home")
    assert not page.evaluate(CUT)
    page.add_style_tag(content="[role=gridcell] { font-size: 300% }")
    assert page.evaluate(CUT)


def test_a_legend_that_is_cut_is_found(page: Page, shown: Preview) -> None:
    open_board(page, shown, "spcs-node")
    assert not page.evaluate(SCROLLED)
    page.add_style_tag(content="[data-panel] table tr { height: 60px }")
    assert page.evaluate(SCROLLED)
