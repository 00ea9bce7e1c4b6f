"""The boards on a view of shards: what a person reads is what one store would have shown."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from previews import BOARDS, Preview, open_board
from sharded import HISTORY_SECONDS, by_pool, whole, write_part
from views import STRICT_WITHOUT_REPLICAS, start_shard, start_store, start_view

from spcsmetrics.local import page as preview_page
from spcsmetrics.local import processes
from spcsmetrics.local.history import STEP

SHARDS = 2
# The history has no application, and nothing of the stack's own but what the collector counts.
WITHOUT_HISTORY = {"spcs-applications", "spcs-llm", "spcs-stack"}
Stages = tuple[Preview, Preview, Preview]


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    """Yield the boards over one store, over a view of shards with the same history, and over one that lacks a shard."""
    end = int(time.time()) // STEP * STEP
    folder: Path = tmp_path_factory.mktemp("view")
    with processes.open_run(folder) as run:
        store = start_store(run, "whole-store", write_part(folder / "whole", whole, 0, end), {})
        parts = [write_part(folder / str(part), by_pool(SHARDS), part, end) for part in range(SHARDS)]
        endpoints = [start_shard(run, data, part).endpoint for part, data in enumerate(parts)]
        view = start_view(run, endpoints, STRICT_WITHOUT_REPLICAS)
        half = start_view(run, endpoints[:1], name="half")
        start, until = (end - HISTORY_SECONDS + 600) * 1000, (end - STEP) * 1000
        one, other, lacking = (
            Preview(preview_page.start(run, at.url).url, at.url, start, until) for at in (store, view, half)
        )
        yield one, other, lacking


def read(page: Page, shown: Preview, uid: str) -> dict[str, str]:
    """Return what each panel that can be seen says: figures, tables, legends."""
    open_board(page, shown, uid)
    found: dict[str, str] = page.eval_on_selector_all(
        "[data-panel]", "all => Object.fromEntries(all.map(e => [e.dataset.panel, e.dataset.state + e.innerText]))"
    )
    return found


@pytest.mark.parametrize("uid", BOARDS)
def test_a_board_reads_the_same_on_a_view_of_shards(page: Page, stages: Stages, uid: str) -> None:
    one, other = (read(page, shown, uid) for shown in stages[:2])
    assert one == other
    drawn = sum(text.startswith("done") for text in one.values())
    assert uid in WITHOUT_HISTORY or drawn > len(one) / 2


def test_a_board_reads_otherwise_on_a_view_that_lacks_a_shard(page: Page, stages: Stages) -> None:
    one, _, lacking = stages
    assert read(page, one, "spcs-home") != read(page, lacking, "spcs-home")
