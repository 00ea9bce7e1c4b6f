"""Stacks on which nothing and on which all is wrong, and what boards, rules and alerts answer over them by promtool."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alert_scenarios import HEALTHY
from alert_scenarios import SCENARIOS as STACK_AND_FIRST
from workload_scenarios import LIVE, MORE

from monitoring.boards.reading import panels
from spcsmetrics.core import process
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BOARD_FOLDER
from spcsmetrics.programs import prometheus

# What promtool is told to expect, so that it prints what there is.
_NOTHING_HAS = [{"labels": '{__name__="expected_by_nobody"}', "value": 0}]
MINUTES = (30, 90)
# A stack on which nothing is wrong, and one on which all is wrong that any alert knows.
ILL = dict(LIVE)
for scenario in (STACK_AND_FIRST | MORE).values():
    ILL |= scenario.series
WORLDS = {"healthy": LIVE | HEALTHY, "ill": ILL}


def board_queries(leave_out: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield every query of the boards' panels, with variables, but of those that are left out."""
    for file in sorted(BOARD_FOLDER.glob("*.json")):
        if file.stem not in leave_out:
            for panel in panels(json.loads(file.read_text())):
                yield from (target["expr"] for target in panel.get("targets", []))


def answers(folder: Path, series: dict[str, str], asked: list[str], rules: list[Path]) -> str:
    """Return what promtool prints of the answers to queries over series."""
    checks = [
        {"expr": expr, "eval_time": f"{minute}m", "exp_samples": _NOTHING_HAS} for expr in asked for minute in MINUTES
    ]
    test: dict[str, Any] = {
        "interval": "1m",
        "input_series": [{"series": selector, "values": values} for selector, values in series.items()],
        "promql_expr_test": checks,
    }
    folder.mkdir(exist_ok=True)
    file = folder / "worlds.yml"
    names = [str(rule) for rule in rules]
    file.write_text(json.dumps({"rule_files": names, "evaluation_interval": "1m", "tests": [test]}))
    log = folder / "answers.log"
    with pytest.raises(UserError):
        process.run([prometheus.built("promtool"), "test", "rules", file], log=log)
    return log.read_text().replace(str(folder), "")
