"""The gate that fails when the tests reach too little of the tooling, over data as coverage.py writes it."""

from pathlib import Path

import pytest
from coverage import CoverageData

from spcsmetrics.core.errors import UserError
from spcsmetrics.upkeep import coverage

LINES = 100
BAR = int(coverage.MIN_PYTHON)


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
