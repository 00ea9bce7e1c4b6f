"""The boards as they are written, each rendered once for all tests, which read them only."""

import json
from functools import cache
from typing import Any

from monitoring.boards import BOARDS
from monitoring.boards.rendering import render
from spcsmetrics.core.versions import PRODUCT


@cache
def rendered() -> dict[str, dict[str, Any]]:
    """Return the JSON of each board by its uid."""
    return {board.uid: json.loads(render(board, PRODUCT)) for board in BOARDS}
