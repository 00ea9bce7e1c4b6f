"""Figures of the boards by promtool: each query over a course of events whose right value is plain."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from courses import BY_INSTANCE, Figure, container
from figures import FIGURES
from queries import metrics
from trees import read_yaml

from monitoring.boards import BOARDS
from monitoring.boards.model import Grid, Lines, Number, Timeline
from monitoring.scope import scope
from monitoring.selectors import INSTANCE, legend
from spcsmetrics.core import process
from spcsmetrics.core.paths import RULE_FOLDER
from spcsmetrics.local.promql import fill
from spcsmetrics.programs import prometheus


def query(figure: Figure, interval: str = "2m") -> str:
    """Return the query of a panel's line or column, as Grafana would send it with this window of rates."""
    (board,) = [board for board in BOARDS if board.uid == figure.board]
    (panel,) = [panel for row in board.rows for panel in row.panels if panel.title == figure.panel]
    expressions: dict[str, str] = {}
    match panel:
        case Grid():
            expressions = {column.title: column.expr for column in panel.listing.columns}
        case Number() | Lines() | Timeline():
            expressions = {line.legend: line.expr for line in panel.signal.lines}
    return fill(scope(expressions[figure.what]), interval=interval, seconds=int(figure.hours * 3600), choice=".*")


def check(folder: Path, figure: Figure, expr: str, scrapes: str = "30s") -> str:
    """Run a query over a figure's series by promtool. Raises UserError where its rows are others."""
    # What is compared are rows without a name: a panel's query may keep that of its series.
    samples = [{"labels": labels, "value": value} for labels, value in figure.rows.items()]
    test = {
        "interval": scrapes,
        "input_series": [{"series": series, "values": values} for series, values in figure.series.items()],
        "promql_expr_test": [{"expr": expr, "eval_time": f"{figure.minute}m", "exp_samples": samples}],
    }
    file, rules = folder / "figure.yml", folder / "rules.yml"
    rules.write_text(yaml.safe_dump({"groups": list_rules(expr)}))
    wanted = {"rule_files": [str(rules)], "evaluation_interval": "30s", "fuzzy_compare": True, "tests": [test]}
    file.write_text(yaml.safe_dump(wanted))
    return process.run([prometheus.built("promtool"), "test", "rules", file])


def list_rules(expr: str) -> list[dict[str, Any]]:
    """Return the groups with what a query reads of them: all rules at each step of a day take ten seconds."""
    read = metrics(expr)
    return [group | {"rules": [rule for rule in group["rules"] if rule["record"] in read]} for group in read_groups()]


@cache
def read_groups() -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = read_yaml(RULE_FOLDER / "recording.yml")["groups"]
    return groups


def test_a_figure_is_computed_with_every_rule_that_its_query_reads() -> None:
    rules = {rule["record"]: rule["expr"] for group in read_groups() for rule in group["rules"]}
    assert not [name for name, expr in rules.items() if any(other in expr for other in rules)], "they read others"
    for name, figure in FIGURES.items():
        expr = query(figure)
        found = {rule["record"] for group in list_rules(expr) for rule in group["rules"]}
        assert {rule for rule in rules if rule in expr} == found, name


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_right(name: str, tmp_path: Path) -> None:
    assert "SUCCESS" in check(tmp_path, FIGURES[name], query(FIGURES[name]))


RATE = Figure(
    board="spcs-service",
    panel="Egress: bytes a second",
    what=f"{legend(INSTANCE)} received",
    series={f"network_egress_received_bytes{{{container(1)}}}": "0+120x40"},
    rows={f"{{{BY_INSTANCE}}}": 1},
    minute=60,
)


def test_rates_have_a_value_with_scrapes_every_two_minutes(tmp_path: Path) -> None:
    # Four intervals of the data source, which follows the collector's: Grafana's $__rate_interval.
    assert "SUCCESS" in check(tmp_path, RATE, query(RATE, "8m"), "2m")
    without = replace(RATE, rows={})
    assert "SUCCESS" in check(tmp_path, without, query(RATE, "2m"), "2m"), "what an interval of 30 s would ask for"
