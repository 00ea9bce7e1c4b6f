"""The words that docs/style.md rules out, where a pattern can find them."""

import re
from dataclasses import dataclass

from spcsmetrics.core import git
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import ROOT

# Between two words: a space, or the end of a line with what begins the next one in a comment or a string.
_GAP = r'"?\s+(?:(?:#|//|;|>)\s+|f?")?\s*'
_COUNTED = "longer|more|less|later|earlier|sooner|better|worse|other|such|larger|smaller"
PATTERNS = {
    rf"\b(?:is|are|was|were|be){_GAP}no{_GAP}(?!(?:{_COUNTED})\b)[a-z]+": "say what it is not",
    rf",{_GAP}since\b(?!\s*(?:when|then|[=:,)]))": "give the reason with because",
    r"\b(?:tells?|told)\b": "logs, reports, prints or says",
    rf"\bthere{_GAP}(?:is|are){_GAP}none\b": "say what is missing",
    r"\bbeliev(?:e|es|ed)\b": "trusts",
    r"\bin passing\b": "transiently",
}
_RULES = {re.compile(pattern): advice for pattern, advice in PATTERNS.items()}
_TEXTS = (
    ".md",
    ".py",
    ".go",
    ".ts",
    ".tsx",
    ".toml",
    ".yaml",
    ".yml",
    ".ini",
    ".sh",
    "Dockerfile",
    "inv",
    ".hcl",
    ".sql",
)
# The page shows them, this module lists them, and what others generate keeps their words.
_EXEMPT = (
    "docs/style.md",
    "spcsmetrics/upkeep/style.py",
    "otel-builder/collector/",
    "locks/",
    "grafana/dashboards/",
    "tests/",
)


@dataclass(frozen=True)
class Finding:
    """A place in a text whose words have a better form."""

    line: int
    words: str
    advice: str


def find(text: str) -> list[Finding]:
    """Return the places of a text that the page rules out, in their order."""
    found = [
        Finding(text.count("\n", 0, match.start()) + 1, " ".join(match[0].split()), advice)
        for rule, advice in _RULES.items()
        for match in rule.finditer(text)
    ]
    return sorted(found, key=lambda one: one.line)


def check() -> None:
    """Raise UserError for the first place of the repository's texts that the page rules out."""
    for name in git.tracked():
        if name.endswith(_TEXTS) and not name.startswith(_EXEMPT):
            for one in find((ROOT / name).read_text()):
                raise UserError(f'{name}:{one.line}: "{one.words}": {one.advice} (docs/style.md)')
