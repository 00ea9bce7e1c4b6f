"""A hostile application in the store, at its worst: boards, rules and alerts of the platform are as without it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from alert_scenarios import HEALTHY
from alert_scenarios import SCENARIOS as STACK_AND_FIRST
from application_scenarios import APPLICATIONS, claims
from workload_scenarios import LIVE, MORE

from monitoring.boards.reading import panels
from monitoring.rules.alerts import ALERTS
from monitoring.rules.recording import RECORDINGS
from monitoring.selectors import NO_APPLICATION
from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BOARD_FOLDER, RULE_FOLDER
from spcsmetrics.local.promql import fill
from spcsmetrics.programs import prometheus

# What promtool is told to expect, so that it prints what there is.
_NOTHING_HAS = [{"labels": '{__name__="expected_by_nobody"}', "value": 0}]
_MINUTES = (30, 90)
# A stack on which nothing is wrong, and one on which all is wrong that any alert knows.
ILL = dict(LIVE)
for scenario in (STACK_AND_FIRST | MORE).values():
    ILL |= scenario.series
WORLDS = {"healthy": LIVE | HEALTHY, "ill": ILL}


def queries() -> list[str]:
    """Return every query of the platform's boards, and every recorded series and alert."""
    found = [f"{name}{{{NO_APPLICATION}}}" for name in RECORDINGS]
    found += [f'ALERTS{{alertname="{name}", {NO_APPLICATION}}}' for name in ALERTS if name not in APPLICATIONS]
    for file in sorted(BOARD_FOLDER.glob("*.json")):
        if file.stem not in {"spcs-applications", "spcs-llm"}:
            board = json.loads(file.read_text())
            found += [
                fill(target["expr"], seconds=1800, choice=".*")
                for panel in panels(board)
                for target in panel.get("targets", [])
            ]
    return sorted(set(found))


def answers(folder: Path, series: dict[str, str], asked: list[str], rules: list[Path]) -> str:
    """Return what promtool prints of the answers to queries over series."""
    checks = [
        {"expr": expr, "eval_time": f"{minute}m", "exp_samples": _NOTHING_HAS} for expr in asked for minute in _MINUTES
    ]
    test: dict[str, Any] = {
        "interval": "1m",
        "input_series": [{"series": selector, "values": values} for selector, values in series.items()],
        "promql_expr_test": checks,
    }
    folder.mkdir(exist_ok=True)
    file = folder / "worlds.yml"
    names = [str(rule) for rule in rules]
    file.write_text(yaml.safe_dump({"rule_files": names, "evaluation_interval": "1m", "tests": [test]}))
    log = folder / "answers.log"
    with pytest.raises(UserError):
        process.run([prometheus.built("promtool"), "test", "rules", file], log=log)
    return log.read_text().replace(str(folder), "")


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
    return text.replace(f", {NO_APPLICATION}", "").replace(f"{{{NO_APPLICATION}}}", "")


@pytest.mark.parametrize("world", WORLDS)
def test_what_the_platform_shows_is_the_same_byte_for_byte(world: str, tmp_path: Path) -> None:
    asked, rules = queries(), sorted(RULE_FOLDER.glob("*.yml"))
    alone = answers(tmp_path / "alone", WORLDS[world], asked, rules)
    assert answers(tmp_path / "beside", WORLDS[world] | claims(), asked, rules) == alone
    # promtool prints the answer to each query at each minute, because nobody expects it.
    assert alone.count("got:") == len(asked) * len(_MINUTES)
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
