"""Panels in one style, made from signals with Grafana's own builders."""

from typing import Any

from grafana_foundation_sdk.builders import common as common_builders
from grafana_foundation_sdk.builders import dashboard, prometheus, stat, statetimeline, table, text, timeseries
from grafana_foundation_sdk.builders.common import (
    GraphThresholdsStyleConfig,
    ReduceDataOptions,
    StackingConfig,
    VizLegendOptions,
    VizTextDisplayOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.dashboard import Panel as PanelModel
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from monitoring.boards.links import cell_link
from monitoring.boards.model import Grid, Lines, Note, Number, Panel, Timeline
from monitoring.scope import scope
from monitoring.signals import Column, Line, Listing, Signal, Steps

DATASOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
MIN_STEP = "30s"
_REFS = "ABCDEFGHIJKLMNOP"
# Pixels: wide enough for a name, and for a number with its unit. A board is 1,550 wide on a screen of 1,600.
_KEY_WIDTHS = {
    "Alert": 235, "Container": 110, "Database": 100, "Family": 130, "GPU": 60, "Instance": 90, "Job": 130,
    "Metric": 330, "Node": 115, "Part": 130, "Pool": 125, "Reason": 150, "Schema": 90, "Service": 180,
    "Target": 300, "Version": 110,
}  # fmt: skip
_KEY_WIDTH, _VALUE_WIDTH = 110, 100
_NAME_PIXELS, _VALUE_PIXELS = 13, 32
_UNIT_WIDTHS = {"none": 80, "short": 80, "percentunit": 80}

# What all builders have in common; their own types differ.
_AnyPanel = Any


def build(panel: Panel, panel_id: int) -> Builder[PanelModel]:
    """Return the builder of a panel."""
    match panel:
        case Lines():
            return _lines(panel, panel_id)
        case Number():
            return _number(panel, panel_id)
        case Timeline():
            return _timeline(panel, panel_id)
        case Grid():
            return _grid(panel, panel_id)
        case Note():
            return (
                text.Panel()
                .id(panel_id)
                .title(panel.title)
                .description(panel.title)
                .content(panel.text)
                .span(panel.width)
                .height(panel.height)
            )


def _query(expr: str, legend: str, ref: str, *, instant: bool = False, table: bool = False) -> prometheus.Dataquery:
    query = prometheus.Dataquery().ref_id(ref).expr(scope(expr)).legend_format(legend)
    if table:
        return query.instant().format(PromQueryFormat.TABLE)
    if instant:
        return query.instant()
    # Without a step of its own, which would stand in for the data source's interval in $__rate_interval.
    return query.range()


def _thresholds(steps: Steps) -> dashboard.ThresholdsConfig:
    values = [Threshold(value=value, color=color) for value, color in steps]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(values)


def _dress(
    panel: _AnyPanel, signal: Signal, panel_id: int, width: int, height: int, *, instant: bool = False
) -> _AnyPanel:
    """Set what every panel of a signal has."""
    panel = (
        panel.id(panel_id)
        .title(signal.title)
        .description(signal.description)
        .datasource(DATASOURCE)
        .unit(signal.unit)
        .thresholds(_thresholds(signal.steps))
        .span(width)
        .height(height)
        .interval(MIN_STEP)
    )
    if signal.decimals is not None:
        panel = panel.decimals(signal.decimals)
    for ref, line in zip(_REFS, signal.lines, strict=False):
        panel = panel.with_target(_query(line.expr, line.legend, ref, instant=instant))
    return panel


def _lines(panel: Lines, panel_id: int) -> Builder[PanelModel]:
    signal = panel.signal
    # A line for each thing that a legend names; a list of more than three is cut.
    many = len(signal.lines) > 3 or any("{{" in line.legend for line in signal.lines)
    chart = (
        _dress(timeseries.Panel(), signal, panel_id, panel.width, panel.height)
        .min(0)
        .fill_opacity(30 if panel.stacked else 0)
        .line_width(1.5)
        .show_points(common.VisibilityMode.NEVER)
        .legend(
            VizLegendOptions()
            .show_legend(True)
            .display_mode(common.LegendDisplayMode.TABLE if many else common.LegendDisplayMode.LIST)
            .placement(common.LegendPlacement.BOTTOM)
            .calcs(["lastNotNull", "max"] if many else [])
            .sort_by("Last *")
            .sort_desc(not signal.least_first)
        )
        .tooltip(VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING))
    )
    if signal.unit == "percentunit" and signal.bounded:
        chart = chart.max(1)
    # Colours distinguish series, where a line does not choose its own; dashed lines mark thresholds.
    chart = chart.color_scheme(dashboard.FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC))
    if len(signal.steps) > 1:
        chart = chart.thresholds_style(GraphThresholdsStyleConfig().mode(common.GraphThresholdsStyleMode.DASHED))
    if panel.stacked:
        chart = chart.stacking(StackingConfig().mode(common.StackingMode.NORMAL))
    for ref, line in zip(_REFS, signal.lines, strict=False):
        if settings := _line_settings(line):
            chart = chart.override_by_query(ref, settings)
    built: Builder[PanelModel] = chart
    return built


def _line_settings(line: Line) -> list[DynamicConfigValue]:
    settings = []
    if line.dashed:
        settings.append(DynamicConfigValue(id_val="custom.lineStyle", value={"fill": "dash", "dash": [10, 10]}))
    if line.color:
        # Several lines of one meaning are shades of its colour.
        mode = "shades" if "{{" in line.legend else "fixed"
        settings.append(DynamicConfigValue(id_val="color", value={"mode": mode, "fixedColor": line.color}))
    return settings


def _number(panel: Number, panel_id: int) -> Builder[PanelModel]:
    number = (
        _dress(stat.Panel(), panel.signal, panel_id, panel.width, panel.height, instant=True)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
        .graph_mode(common.BigValueGraphMode.NONE)
        .no_value("unknown")
    )
    if len(panel.signal.lines) > 1:
        # Grafana makes the names of several values so small that nobody can read them.
        number = number.text(VizTextDisplayOptions().title_size(_NAME_PIXELS).value_size(_VALUE_PIXELS))
    built: Builder[PanelModel] = number
    return built


def _timeline(panel: Timeline, panel_id: int) -> Builder[PanelModel]:
    options = {value: ValueMappingResult(text=name, color=color) for value, (name, color) in panel.states.items()}
    built: Builder[PanelModel] = (
        _dress(statetimeline.Panel(), panel.signal, panel_id, panel.width, panel.height)
        .mappings([ValueMap(options=options)])
        .show_value(common.VisibilityMode.NEVER)
        .tooltip(VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.NONE))
    )
    return built


def _grid(panel: Grid, panel_id: int) -> Builder[PanelModel]:
    listing = panel.listing
    columns = dict(zip(_REFS, listing.columns, strict=False))
    # Grafana calls the column of a single query Value, and numbers those of several.
    values = {f"Value #{ref}" if len(columns) > 1 else "Value": column.title for ref, column in columns.items()}
    names = listing.keys | values
    grid = (
        table.Panel()
        .id(panel_id)
        .title(listing.title)
        .description(listing.description)
        .datasource(DATASOURCE)
        .unit("short")
        .thresholds(_thresholds(((None, "text"),)))
        .span(panel.width)
        .height(panel.height)
        .interval(MIN_STEP)
        .min_width(60)
        .sort_by([common_builders.TableSortByFieldState().display_name(listing.worst).desc(True)])
        .with_transformation(DataTransformerConfig(id_val="merge", options={}))
        .with_transformation(DataTransformerConfig(id_val="organize", options=_organize(names)))
    )
    for ref, column in columns.items():
        grid = grid.with_target(_query(column.expr, column.title, ref, table=True))
        grid = grid.override_by_name(column.title, _column_settings(column))
    for title in listing.keys.values():
        grid = grid.override_by_name(title, _key_settings(listing, title))
    return grid


def _column_settings(column: Column) -> list[DynamicConfigValue]:
    settings = [
        DynamicConfigValue(id_val="unit", value=column.unit),
        DynamicConfigValue(id_val="custom.width", value=column.width or _UNIT_WIDTHS.get(column.unit, _VALUE_WIDTH)),
        DynamicConfigValue(id_val="custom.wrapHeaderText", value=True),
        DynamicConfigValue(id_val="thresholds", value=_thresholds(column.steps).build()),
        DynamicConfigValue(id_val="custom.cellOptions", value={"type": "color-text"}),
    ]
    if column.texts:
        options = {value: {"text": text, "color": color} for value, (text, color) in column.texts.items()}
        settings.append(DynamicConfigValue(id_val="mappings", value=[{"type": "value", "options": options}]))
    if column.decimals is not None:
        settings.append(DynamicConfigValue(id_val="decimals", value=column.decimals))
    return settings


def _width(title: str) -> int:
    return _KEY_WIDTHS.get(title, _KEY_WIDTH)


def _key_settings(listing: Listing, title: str) -> list[DynamicConfigValue]:
    if title in listing.hidden:
        return [DynamicConfigValue(id_val="custom.hideFrom", value={"viz": True, "legend": True, "tooltip": True})]
    # Columns without a width share the room that is left in equal parts, however wide they must be: so one has none.
    widest = max((key for key in listing.keys.values() if key not in listing.hidden), key=_width)
    kind = "custom.minWidth" if title == widest else "custom.width"
    settings = [
        DynamicConfigValue(id_val=kind, value=_width(title)),
        DynamicConfigValue(id_val="custom.filterable", value=True),
    ]
    links = dict(listing.links)
    if title in links:
        settings.append(DynamicConfigValue(id_val="links", value=[cell_link(links[title], listing.keys)]))
    return settings


def _organize(names: dict[str, str]) -> dict[str, Any]:
    return {
        "excludeByName": {"Time": True},
        "indexByName": {name: index for index, name in enumerate(names)},
        "renameByName": names,
    }
