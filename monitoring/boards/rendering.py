"""Boards as Grafana reads them."""

import zlib

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    Dashboard,
    DashboardCursorSync,
    DashboardLinkType,
    VariableRefresh,
    VariableSort,
)

from monitoring.boards import BOARDS
from monitoring.boards.model import Board
from monitoring.boards.panels import DATASOURCE, build
from monitoring.selectors import CONTAINER, POOL, SERVICE, VARIABLES, legend, matchers

TAG = "spcs"
_LABELS = {name: label for label, name in VARIABLES.items()}
_TITLES = {
    "pool": "Compute pool",
    "node": "Node",
    "gpu": "GPU",
    "database": "Database",
    "schema": "Schema",
    "service": "Service",
    "container": "Container",
    "instance": "Instance",
    "volume": "Volume",
}
# The metric whose series have a variable's label, whatever state its container is in.
_METRICS = {
    "pool": "node_cpu_capacity",
    "node": "node_cpu_capacity",
    "gpu": "container_gpu_memory_capacity",
    "volume": "volume_capacity",
}


def make(board: Board, version: str) -> Dashboard:
    """Return the board, with ids that follow from titles, so that they stay when others come."""
    made = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(f"{board.description} Version {version}.")
        .tags([TAG])
        .refresh("30s")
        .time("now-1h", "now")
        .timezone("browser")
        .readonly()
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .link(
            dashboard.DashboardLink("SPCS boards")
            .type(DashboardLinkType.DASHBOARDS)
            .tags([TAG])
            .as_dropdown(board.uid != "spcs-home")
            .keep_time(True)
            .include_vars(True)
        )
        .with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
    )
    for index, name in enumerate(board.variables):
        made = made.with_variable(_variable(name, board.variables[:index], single=name in board.single))
    for name, (label, value) in board.texts.items():
        made = made.with_variable(dashboard.TextBoxVariable(name).label(label).default_value(value))
    for annotation in _annotations(board):
        made = made.annotation(annotation)
    for row in board.rows:
        made = made.with_row(dashboard.Row(row.title).id(_id(board, row.title, "row")))
        for panel in row.panels:
            made = made.with_panel(build(panel, _id(board, row.title, panel.title)))
    built = made.build()
    # The library hides links and annotations in a menu unless each says otherwise.
    for shown_link in built.links or []:
        shown_link.placement = None  # type: ignore[assignment]
    for shown in (built.annotations.list_val if built.annotations else None) or []:
        shown.placement = None  # type: ignore[assignment]
    return built


def render(board: Board, version: str) -> str:
    """Return the board as the text of a file."""
    text: str = JSONEncoder(sort_keys=True, indent=2).encode(make(board, version))
    return text + "\n"


def panel_id(uid: str, title: str) -> int:
    """Return the id of a board's first panel of a title."""
    (board,) = [board for board in BOARDS if board.uid == uid]
    return next(_id(board, row.title, title) for row in board.rows for panel in row.panels if panel.title == title)


def _id(board: Board, *names: str) -> int:
    return zlib.crc32("/".join((board.uid, *names)).encode()) % 1_000_000 + 1


def _variable(name: str, before: tuple[str, ...], *, single: bool) -> dashboard.QueryVariable:
    chosen = matchers(*(_LABELS[other] for other in before))
    metric = _METRICS.get(name, "container_cpu_limit")
    selector = f"{metric}{{{chosen}}}" if chosen else metric
    variable = (
        dashboard.QueryVariable(name)
        .label(_TITLES[name])
        .datasource(DATASOURCE)
        .query(f"label_values({selector}, {_LABELS[name]})")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(not single)
    )
    return variable.include_all(False) if single else variable.include_all(True).all_value(".*")


def _annotations(board: Board) -> list[dashboard.AnnotationQuery]:
    queries = {
        "Alerts": ('ALERTS{alertstate="firing", severity=~"critical|warning"}', "{{alertname}}", "red"),
    }
    if "pool" in board.variables:
        where = matchers(POOL)
        queries["Restarts"] = (
            f"changes(container_restarts{{{where}}}[$__rate_interval]) > 0",
            f"{legend(SERVICE)} {legend(CONTAINER)} restarted",
            "orange",
        )
        queries["Pool size"] = (
            f"changes(spcs_pool:nodes:known{{{where}}}[5m]) > 0",
            f"{legend(POOL)} scaled: node count changed",
            "blue",
        )
    return [
        dashboard.AnnotationQuery()
        .name(name)
        .datasource(DATASOURCE)
        .enable(True)
        .icon_color(color)
        .expr(expr)
        .step("60s")
        .title_format(name)
        .text_format(text)
        for name, (expr, text, color) in queries.items()
    ]
