"""The gates that fail when the tests reach too little of the code."""

from pathlib import Path

import pytest

from spcsmetrics.core.errors import UserError
from spcsmetrics.upkeep import coverage

LINES = 100
GO_BAR = int(coverage.MIN_GO)


def write_profile(folder: Path, reached: int) -> Path:
    """Write what `go test` would when so many of LINES statements ran."""
    blocks = [f"example.com/plugin/a.go:{line}.1,{line}.9 1 {int(line <= reached)}" for line in range(1, LINES + 1)]
    file = folder / "coverage.out"
    file.write_text("\n".join(["mode: atomic", *blocks]))
    return file


def test_the_gate_of_the_plugin_fails_below_its_bar_and_passes_at_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=rf"^the tests reach {GO_BAR - 1}\.0 % of spcsdiscovery, and at least"):
        coverage.check_go(write_profile(tmp_path, GO_BAR - 1))
    coverage.check_go(write_profile(tmp_path, GO_BAR))


def test_branches_count_beside_statements() -> None:
    summary = {"covered_lines": 6, "num_statements": 6, "covered_branches": 0, "num_branches": 2}
    assert coverage.python_shares({"files": {"shop/till.py": {"summary": summary}}}) == {"shop": 75.0}
