"""The layers between packages and rooms hold, and the contract sees a forbidden import; the links of all pages."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from spcsmetrics.core.groups import script
from spcsmetrics.core.paths import ROOT


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a copy of the packages, with the contracts."""
    for package in ("monitoring", "simulator", "spcsmetrics"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def check(house: Path) -> subprocess.CompletedProcess[str]:
    command = [str(script("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=house, capture_output=True, check=False, text=True)


def test_a_room_imports_only_rooms_below() -> None:
    assert check(ROOT).returncode == 0


@pytest.mark.parametrize(
    ("module", "planted"),
    [
        ("monitoring/metrics.py", "from spcsmetrics.core import errors"),
        ("spcsmetrics/core/errors.py", "from spcsmetrics.deploy import names"),
        ("spcsmetrics/core/errors.py", "from spcsmetrics.core import process"),
    ],
    ids=["the tooling in what is shown", "an upper room in a lower one", "a circle between modules"],
)
def test_a_planted_import_breaks_a_contract(house: Path, module: str, planted: str) -> None:
    file = house / module
    file.write_text(file.read_text() + f"\n{planted}\n")
    done = check(house)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout


def test_every_link_within_the_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "plugins" / "spcsdiscovery" / "README.md"]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())]
    broken = [f"{page}: {link}" for page, link in links if "://" not in link and not (page.parent / link).exists()]
    assert not broken
