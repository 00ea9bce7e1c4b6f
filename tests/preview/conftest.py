"""The preview over a store with everything in it, at one absolute time."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from previews import Preview
from stores import start_full_store

from spcsmetrics.local import page as preview_page
from spcsmetrics.local import processes


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    folder: Path = tmp_path_factory.mktemp("preview")
    with processes.open_run(folder) as run:
        start = int(time.time()) * 1000
        store = start_full_store(run)
        time.sleep(30)
        page = preview_page.start(run, store.url)
        yield Preview(page.url, store.url, start, int(time.time()) * 1000)
