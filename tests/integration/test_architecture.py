"""The layers between packages and rooms hold, and each contract sees a forbidden import."""

import ast
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
PACKAGED = ("monitoring", "simulator", "spcsmetrics")
# Pytest finds modules of the tests by their bare names too.
FORBIDDEN = {"tests", "__import__", *(file.stem for file in (ROOT / "tests").rglob("*.py"))}
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
    for package in PACKAGED:
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


def foreign(house: Path) -> set[str]:
    """Return what the packages of a house import from outside of them, by its first name; __import__ is one too."""
    found: set[str] = set()
    for package in PACKAGED:
        for file in (house / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    assert not node.level, f"{file} has a relative import"
                    found.add(str(node.module).partition(".")[0])
                elif isinstance(node, ast.Name) and node.id == "__import__":
                    found.add(node.id)
    return found - {*PACKAGED}


def test_what_ships_imports_nothing_of_the_tests_and_nothing_by_a_text() -> None:
    assert not foreign(ROOT) & FORBIDDEN


@pytest.mark.parametrize("line", ["from tests.support import waiting", "import waiting", "__import__('waiting')"])
def test_such_an_import_is_seen(tmp_path: Path, line: str) -> None:
    assert foreign(plant(tmp_path, {"spcsmetrics/core/errors.py": line})) & FORBIDDEN


@pytest.mark.parametrize(
    "line",
    [
        "import importlib\n\nimportlib.import_module('spcsmetrics.deploy')",
        "from importlib import import_module as load\n\nload('spcsmetrics.deploy')",
        "import runpy\n\nrunpy.run_module('spcsmetrics.deploy')",
        "from pkgutil import resolve_name\n\nresolve_name('spcsmetrics.deploy')",
    ],
)
def test_an_import_that_the_contracts_cannot_see_is_refused(line: str) -> None:
    command = [str(script("ruff")), "check", "--select=TID251", "--stdin-filename=spcsmetrics/core/planted.py", "-"]
    done = subprocess.run(command, input=f"{line}\n", cwd=ROOT, capture_output=True, check=False, text=True)
    assert (done.returncode, "TID251" in done.stdout) == (1, True)


def test_a_room_imports_only_rooms_below(kept: dict[str, dict[str, bool]]) -> None:
    assert kept["as it is"] == {PACKAGES: True, ROOMS: True, CIRCLES: True}


def test_the_tooling_in_what_is_shown_breaks_the_contract_of_packages(kept: dict[str, dict[str, bool]]) -> None:
    assert not kept["upward"][PACKAGES]


def test_an_upper_room_in_a_lower_one_breaks_the_contract_of_rooms(kept: dict[str, dict[str, bool]]) -> None:
    assert not kept["upward"][ROOMS]


def test_a_circle_between_modules_breaks_its_contract_alone(kept: dict[str, dict[str, bool]]) -> None:
    assert kept["circle"] == {PACKAGES: True, ROOMS: True, CIRCLES: False}
