"""The words that docs/style.md rules out."""

from pathlib import Path

import pytest

from spcsmetrics.core import git
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT
from spcsmetrics.upkeep import style


def test_the_texts_of_the_repository_keep_to_the_page() -> None:
    style.check()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It is no list.", "is no list"),
        ('f"the answer is"\n    f" no list"', 'is" f" no list'),
        ("# what is\n# no list", "is # no list"),
        ("It is kept, since the account needs it.", ", since"),
        ("Nobody tells us.", "tells"),
        ("Where there is none, do it.", "there is none"),
        ("The proxies that it believes.", "believes"),
        ("A request that fails in passing.", "in passing"),
    ],
)
def test_each_pattern_finds_what_it_is_for(text: str, words: str) -> None:
    assert [found.words for found in style.find(text)] == [words]


@pytest.mark.parametrize(
    "text",
    [
        "It is no longer listed.",
        "A window is no more than an hour.",
        "Which service, since when?",
        "restarts, since = divmod(age, 60)",
        "def read(age: float, since: float = 0) -> None:",
        "Not seen since the last refresh, because DNS failed.",
        "The endpoint has no address yet.",
    ],
)
def test_plain_english_is_left_alone(text: str) -> None:
    assert not style.find(text)


def test_a_place_is_named_by_file_and_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("Fine.\nIt is no list.\n")
    monkeypatch.setattr(style, "ROOT", tmp_path)
    monkeypatch.setattr(git, "tracked", lambda: ["page.md"])
    with pytest.raises(UserError, match=r'^page\.md:2: "is no list": say what it is not'):
        style.check()


def test_the_page_is_short_and_shows_what_the_patterns_refuse() -> None:
    page = (ROOT / "docs" / "style.md").read_text()
    assert len(page.splitlines()) <= 40
    refused = {rule for text in page.splitlines() for rule in [found.advice for found in style.find(text)]}
    assert refused == set(style.PATTERNS.values())
