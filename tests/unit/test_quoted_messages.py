"""The messages that the pages quote are those of the programs."""

import re

import pytest

from spcsmetrics.core.paths import ROOT

FAQ = ROOT / "docs" / "faq.md"
TROUBLE = ROOT / "docs" / "troubleshooting.md"
# The registry's own word, with which a message of ours goes on.
FROM_ELSEWHERE = {"unauthorized"}


def source() -> str:
    """Return the source with strings joined over lines, and values in them as dots."""
    files = [ROOT / "inv", *(ROOT / "spcsmetrics").rglob("*.py"), *(ROOT / "prometheus" / "launcher").glob("*.go")]
    text = "\n".join(file.read_text() for file in files)
    return re.sub(r"\{[^{}\n]{1,60}\}", "...", re.sub(r'["\']\s*\n\s*f?["\']', "", text))


def quoted() -> list[str]:
    """Return the messages of the table of deployments, and those in quotation marks of the questions."""
    table = TROUBLE.read_text().split("\n## Deploying\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (?!the task|-)([^|]+) \|", table, re.M)
    return [*rows, *re.findall(r'"([^"\n]{8,})"', FAQ.read_text())]


def missing(message: str) -> list[str]:
    """Return the parts of a message, between dots and colons, that no program says."""
    text = source()
    parts = [part.strip() for part in re.split(r"\.\.\.|, (?=or|is|Snow)|: ", message)]
    return [part for part in parts if part and part not in text and part not in FROM_ELSEWHERE]


@pytest.mark.parametrize("message", quoted())
def test_a_quoted_message_is_one_of_the_programs(message: str) -> None:
    assert not missing(message)


def test_a_message_that_was_reworded_is_found() -> None:
    assert missing("the compute pool ... went on holiday") == ["went on holiday"]
    assert len(quoted()) > 15
