"""The boards in a real browser: each follows its variables, and leads on."""

from playwright.sync_api import Browser, Page, expect
from previews import Preview, open_board, settle, unfold


def test_a_variable_changes_the_data(page: Page, shown: Preview) -> None:
    open_board(page, shown, "spcs-pool")
    page.select_option("[data-variable=pool]", "GPU_POOL")
    page.wait_for_url("**var-pool=GPU_POOL**")
    settle(page)
    nodes = page.locator("[data-panel=Nodes]").first
    expect(nodes).to_contain_text("2")
    unfold(page)
    table = page.locator("[data-panel='Containers by state and reason']")
    expect(table).to_contain_text("GPU_POOL")
    expect(table).not_to_contain_text("WEB_POOL")


def test_variables_narrow_each_other(page: Page, shown: Preview) -> None:
    open_board(page, shown, "spcs-service", "&var-pool=WEB_POOL")
    services = page.locator("[data-variable=service] option")
    expect(services).to_have_text(["WEB_POOL_API", "WEB_POOL_INGEST", "WEB_POOL_REPORTS"])


def test_a_link_in_a_table_leads_to_the_board_of_what_was_clicked(page: Page, shown: Preview) -> None:
    open_board(page, shown, "spcs-home")
    page.locator("[data-panel='Compute pools'] a", has_text="WEB_POOL").first.click()
    page.wait_for_url("**/d/spcs-pool?**")
    settle(page)
    assert "var-pool=WEB_POOL" in page.url
    assert f"from={shown.start}" in page.url
    expect(page.locator("[data-variable=pool]")).to_have_value("WEB_POOL")


def test_other_boards_are_reached_with_the_time_and_the_choice(page: Page, shown: Preview) -> None:
    open_board(page, shown, "spcs-pool", "&var-pool=WEB_POOL")
    page.get_by_role("link", name="Node", exact=True).click()
    page.wait_for_url("**/d/spcs-node?**")
    settle(page)
    assert "var-pool=WEB_POOL" in page.url
    assert f"to={shown.end}" in page.url


def test_a_board_that_there_is_not_is_a_sentence(browser: Browser, shown: Preview) -> None:
    page = browser.new_page()
    page.goto(f"{shown.url}/d/no-such-board")
    expect(page.get_by_role("alert")).to_contain_text("The board no-such-board does not exist")
    page.close()
