"""Figures of the boards by promtool: each query over a course of events whose right value is plain."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from courses import BY_INSTANCE, Figure, container
from figures import FIGURES
from shipped_rules import names, read_by, recordings

from monitoring.boards import BOARDS
from monitoring.boards.model import Grid, Lines, Number, Timeline
from monitoring.scope import scope
from monitoring.selectors import INSTANCE, legend
from spcsmetrics.core import process
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
    rules.write_text(json.dumps({"groups": read_by(expr)}))
    wanted = {"rule_files": [str(rules)], "evaluation_interval": "30s", "fuzzy_compare": True, "tests": [test]}
    file.write_text(json.dumps(wanted))
    return process.run([prometheus.built("promtool"), "test", "rules", file])


def test_a_figure_is_computed_with_every_rule_that_its_query_reads() -> None:
    rules = recordings()
    assert not [name for name, expr in rules.items() if any(other in expr for other in rules)], "they read others"
    for name, figure in FIGURES.items():
        expr = query(figure)
        assert {rule for rule in rules if rule in expr} == names(read_by(expr)), name


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
