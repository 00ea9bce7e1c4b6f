"""A hostile application in the store, at its worst: boards, rules and alerts of the platform are as without it."""

import re
from pathlib import Path

import pytest
from application_scenarios import APPLICATIONS, claims
from worlds import MINUTES, WORLDS, answers, board_queries

from monitoring.rules.alerts import ALERTS
from monitoring.rules.recording import RECORDINGS
from monitoring.selectors import NO_APPLICATION
from spcsmetrics.core.paths import RULE_FOLDER
from spcsmetrics.local.promql import fill


def queries() -> list[str]:
    """Return every query of the platform's boards, and every recorded series and alert."""
    found = [f"{name}{{{NO_APPLICATION}}}" for name in RECORDINGS]
    found += [f'ALERTS{{alertname="{name}", {NO_APPLICATION}}}' for name in ALERTS if name not in APPLICATIONS]
    found += [fill(expr, seconds=1800, choice=".*") for expr in board_queries(("spcs-applications", "spcs-llm"))]
    return sorted(set(found))


def unscoped(folder: Path) -> list[Path]:
    """Write the rules without the matcher that leaves applications out."""
    folder.mkdir(exist_ok=True)
    written = []
    for file in RULE_FOLDER.glob("*.yml"):
        copy = folder / file.name
        copy.write_text(without_matcher(file.read_text()))
        written.append(copy)
    return written


def published() -> dict[str, str]:
    """Return the claims without those to be recorded, at which rules without the matcher fail altogether."""
    return {series: values for series, values in claims().items() if ":" not in series.partition("{")[0]}


def without_matcher(text: str) -> str:
    return re.sub(rf",? ?{re.escape(NO_APPLICATION)}", "", text).replace("{, ", "{").replace("{}", "")


@pytest.mark.parametrize("world", WORLDS)
def test_what_the_platform_shows_is_the_same_byte_for_byte(world: str, tmp_path: Path) -> None:
    asked, rules = queries(), sorted(RULE_FOLDER.glob("*.yml"))
    alone = answers(tmp_path / "alone", WORLDS[world], asked, rules)
    # It does not answer besides, which is an alert about it.
    beside = claims() | APPLICATIONS["SpcsApplicationDown"].series
    assert answers(tmp_path / "beside", WORLDS[world] | beside, asked, rules) == alone
    # promtool prints the answer to each query at each minute, because nobody expects it.
    assert alone.count("got:") == len(asked) * len(MINUTES)
    assert alone.count("got: nil") < alone.count("got:") * 0.8, "most queries would show nothing anyway"


def test_without_the_matcher_the_same_application_changes_what_is_shown(tmp_path: Path) -> None:
    asked, rules = [without_matcher(expr) for expr in queries()], unscoped(tmp_path / "rules")
    alone = answers(tmp_path / "alone", WORLDS["healthy"], asked, rules)
    beside = answers(tmp_path / "beside", WORLDS["healthy"] | published(), asked, rules)
    changed = [one for one, other in zip(alone.split("expr:"), beside.split("expr:"), strict=True) if one != other]
    assert len(changed) > 100
    assert any("ALERTS" in one for one in changed)


def test_without_the_matcher_its_claims_raise_alerts_on_a_healthy_stack(tmp_path: Path) -> None:
    asked = [f'count(ALERTS{{alertname="{name}", alertstate="firing"}})' for name in ALERTS if name not in APPLICATIONS]
    rules = unscoped(tmp_path / "rules")
    fired = answers(tmp_path / "beside", WORLDS["healthy"] | published(), asked, rules).count("got: {}")
    assert fired > 8
