"""Numbers of boards, rules and alerts in the documents are those of the files."""

import re
from pathlib import Path

import pytest
from trees import read_yaml

from spcsmetrics.core.paths import BOARD_FOLDER, ROOT, RULE_FOLDER

NUMBERS = {"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14}
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


def rules(kind: str) -> int:
    read = [read_yaml(file) for file in RULE_FOLDER.glob("*.yml")]
    return sum(kind in rule for file in read for group in file["groups"] for rule in group["rules"])


FILES = {
    r"(\w+) boards\b": len([*BOARD_FOLDER.glob("*.json")]),
    r"\| boards \| two \| (\w+):": len([*BOARD_FOLDER.glob("*.json")]),
    r"(\w+) recording rules": rules("record"),
    r"(\w+) alerts\b": rules("alert"),
    r"\| alerts \| none \| (\w+) with": rules("alert"),
}


def claims(pattern: str, text: str) -> list[int]:
    """Return the numbers that a pattern finds; a few, such as two boards, are not about all of them."""
    words = [word.lower() for word in re.findall(pattern, text)]
    found = [int(word) if word.isdecimal() else NUMBERS.get(word, 0) for word in words]
    return [number for number in found if number >= 10]


@pytest.mark.parametrize("pattern", FILES)
def test_a_page_that_counts_them_is_right(pattern: str) -> None:
    found = {page.name: claims(pattern, page.read_text()) for page in PAGES}
    assert any(found.values())
    assert {number for numbers in found.values() for number in numbers} == {FILES[pattern]}, found


def test_a_number_that_is_out_of_date_is_found() -> None:
    assert claims(r"(\w+) alerts\b", "It has 25 alerts and two boards, or Twelve alerts.") == [25, 12]
    assert Path(ROOT / "README.md") in PAGES
