"""What the documents list."""

import re
from pathlib import Path

from spcsmetrics.core.paths import PLUGIN

README = PLUGIN / "README.md"


def section(page: Path, title: str) -> str:
    """Return the text below a heading of the second level."""
    return page.read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_column(text: str) -> list[str]:
    """Return the words in code of the first column of the tables in a text."""
    return re.findall(r"^\| `(\w+)` \|", text, re.M)


def reasons() -> set[str]:
    """Return every reason of a failure that the page of the receiver lists."""
    paragraphs = section(README, "Metrics of the receiver and the exporter").split("\n\n")
    named = {word for text in paragraphs if text.startswith("Reasons of ") for word in re.findall(r"`(\w+)`", text)}
    return named | {word for text in paragraphs if text.startswith("| reason |") for word in first_column(text)}
