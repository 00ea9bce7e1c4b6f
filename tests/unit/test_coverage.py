"""The gates that fail when the tests reach too little of the code."""

from pathlib import Path

import pytest
from coverage import CoverageData

from spcsmetrics.core.errors import UserError
from spcsmetrics.upkeep import coverage

LINES = 100
BAR, GO_BAR = int(coverage.MIN_PYTHON), int(coverage.MIN_GO)


def write_profile(folder: Path, reached: int) -> Path:
    """Write what `go test` would when so many of LINES statements ran."""
    blocks = [f"example.com/plugin/a.go:{line}.1,{line}.9 1 {int(line <= reached)}" for line in range(1, LINES + 1)]
    file = folder / "coverage.out"
    file.write_text("\n".join(["mode: atomic", *blocks]))
    return file


def write_data(folder: Path, reached: int) -> None:
    """Write code, settings, and the data of two processes in which together so many of LINES statements ran."""
    code = folder / "shop" / "counter" / "till.py"
    code.parent.mkdir(parents=True)
    code.write_text("".join(f"a{line} = {line}\n" for line in range(1, LINES + 1)))
    settings = '[tool.coverage.run]\nbranch = true\nparallel = true\ndata_file = "build/coverage/data"\n'
    (folder / "pyproject.toml").write_text(settings)
    (folder / "build" / "coverage").mkdir(parents=True)
    for process, lines in enumerate((range(reached // 2), range(reached // 2, reached))):
        data = CoverageData(str(folder / "build" / "coverage" / f"data.{process}"))
        # An arc leads from the line before to the one that ran.
        data.add_arcs({str(code): [(line or -1, line + 1) for line in lines]})
        data.write()


def test_the_gate_of_the_tooling_fails_below_its_bar_in_one_sentence(tmp_path: Path) -> None:
    write_data(tmp_path, BAR - 1)
    with pytest.raises(UserError) as refused:
        coverage.check_python(tmp_path)
    words = f"the tests reach {BAR - 1}.0 % of the tooling, and at least {BAR} are wanted: test more"
    assert str(refused.value) == words


def test_the_gate_of_the_tooling_passes_at_its_bar_and_shows_each_room(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_data(tmp_path, BAR)
    coverage.check_python(tmp_path)
    assert capsys.readouterr().err.splitlines() == [
        f"   {BAR}.0 %  shop/counter",
        f"  the tests reach {BAR}.0 % of the tooling",
    ]


def test_a_gate_without_a_measurement_fails(tmp_path: Path) -> None:
    write_data(tmp_path, BAR)
    for file in (tmp_path / "build" / "coverage").iterdir():
        file.unlink()
    with pytest.raises(UserError, match=r"run \./inv test, which measures first"):
        coverage.check_python(tmp_path)


def test_the_gate_of_the_plugin_fails_below_its_bar_and_passes_at_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=rf"^the tests reach {GO_BAR - 1}\.0 % of spcsdiscovery, and at least"):
        coverage.check_go(write_profile(tmp_path, GO_BAR - 1))
    coverage.check_go(write_profile(tmp_path, GO_BAR))


def test_branches_count_beside_statements() -> None:
    summary = {"covered_lines": 6, "num_statements": 6, "covered_branches": 0, "num_branches": 2}
    assert coverage.python_shares({"files": {"shop/till.py": {"summary": summary}}}) == {"shop": 75.0}
