"""Boards as Grafana reads them."""

import zlib
from dataclasses import replace

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    Dashboard,
    DashboardCursorSync,
    DashboardLinkType,
    GridPos,
    RowPanel,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.dashboard import Panel as PanelModel

from monitoring.boards import BOARDS
from monitoring.boards.model import Board, Note, Panel
from monitoring.boards.panels import DATASOURCE, build
from monitoring.scope import scope
from monitoring.selectors import (
    ACCOUNT,
    CONTAINER,
    IN_CONTAINER,
    IN_POOL,
    IN_SERVICE,
    POOL,
    SERVICE,
    VARIABLES,
    legend,
    matchers,
)

TAG = "spcs"
_COLUMNS = 24
# Of panels in folded rows: a legend may take a third of a chart, and shows three lines from here on.
_FOLDED_HEIGHT = 9
_LABELS = {name: label for label, name in VARIABLES.items()}
_TITLES = {
    "account": "Account",
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
    # Pools of which no node publishes are chosen too.
    "pool": '{__name__=~"node_cpu_capacity|spcs_compute_pool_info"}',
    "node": "node_cpu_capacity",
    "gpu": "container_gpu_memory_capacity",
    "volume": "volume_capacity",
}


def make(board: Board, version: str) -> Dashboard:
    """Return the board, with ids that follow from titles, so that they stay when others come."""
    made = _begin(board, version).with_variable(_account_variable())
    for index, name in enumerate(board.variables):
        made = made.with_variable(_variable(board, name, board.variables[:index]))
    for name, (label, value) in board.texts.items():
        made = made.with_variable(dashboard.TextBoxVariable(name).label(label).default_value(value))
    for annotation in _annotations(board):
        made = made.annotation(annotation)
    answer, *rest = board.rows
    for panel in answer.panels:
        made = made.with_panel(build(panel, _id(board, answer.title, panel.title)))
    for row in rest:
        folded = dashboard.Row(row.title).id(_id(board, row.title, "row")).collapsed(True)
        for panel in row.panels:
            folded = folded.with_panel(build(_raise(panel), _id(board, row.title, panel.title)))
        made = made.with_row(folded)
    built = made.build()
    _place(built.panels or [])
    _show(built)
    return built


def _begin(board: Board, version: str) -> dashboard.Dashboard:
    """Return the board without what is on it."""
    begun = (
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
    for title, uid in board.links:
        link = dashboard.DashboardLink(title).type(DashboardLinkType.LINK).url(f"/d/{uid}")
        begun = begun.link(link.keep_time(True).include_vars(True))
    return begun


def _show(built: Dashboard) -> None:
    """Show links and annotations above the board: the library hides them in a menu unless each says otherwise."""
    for shown_link in built.links or []:
        shown_link.placement = None  # type: ignore[assignment]
    for shown in (built.annotations.list_val if built.annotations else None) or []:
        shown.placement = None  # type: ignore[assignment]


def _raise(panel: Panel) -> Panel:
    return panel if isinstance(panel, Note) else replace(panel, height=max(panel.height, _FOLDED_HEIGHT))


def _place(panels: list[PanelModel | RowPanel]) -> None:
    """Put panels beside each other until a row of 24 columns is full; what is in a folded row takes no room."""
    x = y = height = 0
    for panel in panels:
        if isinstance(panel, RowPanel):
            x, y, height = 0, y + height, 0
            panel.grid_pos = GridPos(x=0, y=y, w=_COLUMNS, h=1)
            _place(list(panel.panels))
            for inner in panel.panels:
                if inner.grid_pos:
                    inner.grid_pos.y += y + 1
            y += 1
        elif panel.grid_pos:
            if x + panel.grid_pos.w > _COLUMNS:
                x, y, height = 0, y + height, 0
            panel.grid_pos.x, panel.grid_pos.y = x, y
            x, height = x + panel.grid_pos.w, max(height, panel.grid_pos.h)


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


def _variable(board: Board, name: str, before: tuple[str, ...]) -> dashboard.QueryVariable:
    chosen = matchers(
        *(_LABELS[other] for other in before), one=tuple(_LABELS[other] for other in before if other in board.single)
    )
    single = name in board.single
    metric = _METRICS.get(name, "container_cpu_limit")
    variable = _query_variable(name, f"{metric}{{{chosen}}}" if chosen else metric).multi(not single)
    return variable.include_all(False) if single else variable.include_all(True).all_value(".*")


def _account_variable() -> dashboard.QueryVariable:
    """Return the variable of the one account that every query of a board is about."""
    every = f'{{__name__=~"node_cpu_capacity|spcs_compute_pool_info", {ACCOUNT}=~".+"}}'
    return _query_variable("account", every).multi(False).include_all(False)


def _query_variable(name: str, selector: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(_TITLES[name])
        .datasource(DATASOURCE)
        .query(f"label_values({scope(selector)}, {_LABELS[name]})")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
    )


def _annotations(board: Board) -> list[dashboard.AnnotationQuery]:
    # Alerts of what is chosen, and those of no pool.
    of = f', {POOL}=~"$pool|"' if "pool" in board.variables else ""
    queries = {
        "Alerts": (f'ALERTS{{alertstate="firing", severity=~"critical|warning"{of}}}', "{{alertname}}", "red"),
    }
    if "service" in board.single:
        one = IN_CONTAINER if "container" in board.single else IN_SERVICE
        queries["Restarts"] = (
            f"changes(container_restarts{{{one}}}[$__rate_interval]) > 0",
            f"{legend(SERVICE)} {legend(CONTAINER)} restarted",
            "orange",
        )
    if "pool" in board.single:
        queries["Pool size"] = (
            f"changes(spcs_pool:nodes:known{{{IN_POOL}}}[5m]) > 0",
            f"{legend(POOL)} scaled: node count changed",
            "blue",
        )
    return [
        dashboard.AnnotationQuery()
        .name(name)
        .datasource(DATASOURCE)
        .enable(True)
        .icon_color(color)
        .expr(scope(expr))
        .step("60s")
        .title_format(name)
        .text_format(text)
        for name, (expr, text, color) in queries.items()
    ]
