"""The layers between packages and rooms hold, and each contract sees a forbidden import."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from spcsmetrics.core.groups import script
from spcsmetrics.core.paths import ROOT

PACKAGES, ROOMS, CIRCLES = (
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
)
# Copies of the house with forbidden imports: file and line.
PLANTED = {
    "upward": {
        "monitoring/metrics.py": "from spcsmetrics.core import errors",
        "spcsmetrics/core/errors.py": "from spcsmetrics.deploy import names",
    },
    "circle": {"spcsmetrics/core/errors.py": "from spcsmetrics.core import process"},
}


def plant(house: Path, lines: dict[str, str]) -> Path:
    """Copy the packages with their contracts, and add a line to some files."""
    for package in ("monitoring", "simulator", "spcsmetrics"):
        shutil.copytree(ROOT / package, house / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", house)
    for name, line in lines.items():
        with (house / name).open("a") as file:
            file.write(f"\n{line}\n")
    return house


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bool]]:
    """Return for the house as it is, and for each copy, which contract is kept; they are checked side by side."""
    houses = {"as it is": ROOT}
    houses |= {name: plant(tmp_path_factory.mktemp(name), lines) for name, lines in PLANTED.items()}
    command = [str(script("lint-imports")), "--no-cache", "--no-logo"]
    running = {
        name: subprocess.Popen(command, cwd=house, stdout=subprocess.PIPE, text=True) for name, house in houses.items()
    }
    reports = {name: process.communicate()[0] for name, process in running.items()}
    return {
        name: {contract: state == "KEPT" for contract, state in re.findall(r"^(.+) (KEPT|BROKEN)$", report, re.M)}
        for name, report in reports.items()
    }


def test_a_room_imports_only_rooms_below(kept: dict[str, dict[str, bool]]) -> None:
    assert kept["as it is"] == {PACKAGES: True, ROOMS: True, CIRCLES: True}


def test_the_tooling_in_what_is_shown_breaks_the_contract_of_packages(kept: dict[str, dict[str, bool]]) -> None:
    assert not kept["upward"][PACKAGES]


def test_an_upper_room_in_a_lower_one_breaks_the_contract_of_rooms(kept: dict[str, dict[str, bool]]) -> None:
    assert not kept["upward"][ROOMS]


def test_a_circle_between_modules_breaks_its_contract_alone(kept: dict[str, dict[str, bool]]) -> None:
    assert kept["circle"] == {PACKAGES: True, ROOMS: True, CIRCLES: False}
