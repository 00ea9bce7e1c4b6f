"""The benchmark of the boards' queries, over minutes of history instead of hours."""

import json

import pytest

from monitoring.boards.reading import panels
from spcsmetrics.bench import boards
from spcsmetrics.core.paths import BOARD_FOLDER


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_POOLS": 1, "_NODES": 1, "_CONTAINERS": 1, "_HOURS": 1}.items():
        monkeypatch.setattr(boards, name, value)


@pytest.mark.usefixtures("_small")
def test_every_query_of_every_board_is_timed(capsys: pytest.CaptureFixture[str]) -> None:
    boards.bench_boards(as_json=True, dry=False)
    timings = json.loads(capsys.readouterr().out)
    shown = [json.loads(file.read_text()) for file in BOARD_FOLDER.glob("*.json")]
    queries = sum(len(panel.get("targets", [])) for board in shown for panel in panels(board))
    assert len(timings) == queries
    assert all(timing["seconds"] > 0 for timing in timings)
