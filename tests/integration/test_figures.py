"""Figures of the boards by promtool: each query over a course of events whose right value is plain."""

from pathlib import Path

import pytest
import yaml
from figures import FIGURES, Figure
from queries import fill

from monitoring.boards import BOARDS
from monitoring.boards.model import Grid, Lines, Number, Timeline
from spcsmetrics.core import process
from spcsmetrics.core.paths import RULE_FOLDER
from spcsmetrics.programs import prometheus


def query(figure: Figure) -> str:
    """Return the query of a panel's line or column, as Grafana would send it."""
    (board,) = [board for board in BOARDS if board.uid == figure.board]
    (panel,) = [panel for row in board.rows for panel in row.panels if panel.title == figure.panel]
    expressions: dict[str, str] = {}
    match panel:
        case Grid():
            expressions = {column.title: column.expr for column in panel.listing.columns}
        case Number() | Lines() | Timeline():
            expressions = {line.legend: line.expr for line in panel.signal.lines}
    return fill(expressions[figure.what], seconds=figure.hours * 3600, choice=".*")


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_right(name: str, tmp_path: Path) -> None:
    figure = FIGURES[name]
    # What is compared are rows without a name: a panel's query may keep that of its series.
    samples = [{"labels": labels, "value": value} for labels, value in figure.rows.items()]
    test = {
        "interval": "30s",
        "input_series": [{"series": series, "values": values} for series, values in figure.series.items()],
        "promql_expr_test": [{"expr": query(figure), "eval_time": f"{figure.minute}m", "exp_samples": samples}],
    }
    file = tmp_path / "figure.yml"
    rules = [str(RULE_FOLDER / "recording.yml")]
    file.write_text(
        yaml.safe_dump({"rule_files": rules, "evaluation_interval": "30s", "fuzzy_compare": True, "tests": [test]})
    )
    assert "SUCCESS" in process.run([prometheus.built("promtool"), "test", "rules", file])
