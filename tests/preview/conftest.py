"""The preview over a store with everything in it, at one absolute time."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, sync_playwright
from previews import Preview
from stores import Store, start_full_store
from waiting import wait_for

from spcsmetrics.local import page as preview_page
from spcsmetrics.local import processes
from spcsmetrics.local.pictures import find_browser

# A rate and what is recorded of it need a few rounds.
FILLING_SECONDS = 30


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    folder: Path = tmp_path_factory.mktemp("preview")
    with processes.open_run(folder) as run:
        start = int(time.time()) * 1000
        store = start_full_store(run)
        add_troubles(store)
        time.sleep(FILLING_SECONDS)
        page = preview_page.start(run, store.url)
        yield Preview(page.url, store.url, start, int(time.time()) * 1000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1600, "height": 900})
    problems: list[str] = []
    opened.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    opened.close()
    assert not problems


def add_troubles(store: Store) -> None:
    """Add what a reader looks for: a pool whose nodes the role may not see, one that is suspended, and an idle GPU."""
    with requests.Session() as admin:

        def send(method: str, path: str, **body: object) -> None:
            assert admin.request(method, f"{store.admin}{path}", json=body, timeout=10).ok, path

        for name, family in (("HIDDEN_POOL", "CPU_X64_S"), ("QUIET_POOL", "CPU_X64_S"), ("IDLE_POOL", "GPU_NV_S")):
            send("POST", "/pools", name=name, family=family, nodes=1)
        send("PATCH", "/pools/HIDDEN_POOL", privilege="USAGE")
        send("PATCH", "/pools/QUIET_POOL", state="SUSPENDED")
        for service in ("API", "INGEST", "REPORTS"):
            send("DELETE", f"/services/IDLE_POOL_{service}")
    there = 'count(spcs_compute_pool_info) == 6 and on () node_gpu_capacity{snow_compute_pool_name="IDLE_POOL"}'
    killed = "changes(container_restarts[10m]) > 0 and ignoring (reason) container_state_last_finished_reason"
    # Recorded once a minute.
    growing = "spcs_volume:volume_usage:deriv6h > 0"
    wait_for(lambda: all(store.query(query) for query in (there, killed, growing)), 180)
