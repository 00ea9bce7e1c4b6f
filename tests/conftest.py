"""What all tests share."""

import gc
import os
from pathlib import Path

import pytest

from spcsmetrics.core.proxies import exempt_loopback

exempt_loopback()


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of the search for garbage: it took a tenth of the unit tests' time."""
    gc.freeze()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Let the unit tests share the processors where all of them are asked for; others start programs that do."""
    unit_tests = Path(__file__).parent / "unit"
    return (os.cpu_count() or 1) if [Path(arg).resolve() for arg in config.args] == [unit_tests] else 0
