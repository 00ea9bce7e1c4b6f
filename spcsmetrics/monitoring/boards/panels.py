"""Panels made from signals, all in one style."""

from grafana_foundation_sdk.builders import dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.builders.common import (
    ReduceDataOptions,
    StackingConfig,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    DynamicConfigValue,
    Panel,
    Threshold,
    ThresholdsMode,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from spcsmetrics.monitoring.signals import Line, Signal

DATASOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
MIN_STEP = "30s"
_REFS = "ABCDEFGH"


def _query(line: Line, ref: str, *, instant: bool) -> prometheus.Dataquery:
    query = prometheus.Dataquery().ref_id(ref).expr(line.expr).legend_format(line.legend)
    if instant:
        return query.instant().format(PromQueryFormat.TABLE)
    return query.range().interval(MIN_STEP)


def _thresholds(*steps: tuple[float | None, str]) -> dashboard.ThresholdsConfig:
    values = [Threshold(value=value, color=color) for value, color in steps]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(values)


def lines(signal: Signal, panel_id: int, *, width: int = 12, stacked: bool = False) -> Builder[Panel]:
    """Return a time series. Shares run from 0 to 1 and turn orange at 80 %, red at 90 %."""
    panel = (
        timeseries.Panel()
        .id(panel_id)
        .title(signal.title)
        .description(signal.description)
        .datasource(DATASOURCE)
        .unit(signal.unit)
        .min(0)
        .height(8)
        .span(width)
        .fill_opacity(10)
        .show_points(common.VisibilityMode.NEVER)
        .legend(VizLegendOptions().display_mode(common.LegendDisplayMode.LIST).placement(common.LegendPlacement.BOTTOM))
        .tooltip(VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING))
    )
    if signal.unit == "percentunit":
        panel = panel.max(1).thresholds(_thresholds((None, "green"), (0.8, "orange"), (0.9, "red")))
    else:
        panel = panel.thresholds(_thresholds((None, "green")))
    if stacked:
        panel = panel.stacking(StackingConfig().mode(common.StackingMode.NORMAL))
    for ref, line in zip(_REFS, signal.lines, strict=False):
        panel = panel.with_target(_query(line, ref, instant=False))
    return panel


def number(signal: Signal, panel_id: int, *, warn_above: float | None = None) -> Builder[Panel]:
    """Return a single value, orange above warn_above."""
    steps: list[tuple[float | None, str]] = [(None, "text")]
    if warn_above is not None:
        steps.append((warn_above, "orange"))
    panel = (
        stat.Panel()
        .id(panel_id)
        .title(signal.title)
        .description(signal.description)
        .datasource(DATASOURCE)
        .unit(signal.unit)
        .height(4)
        .span(6)
        .thresholds(_thresholds(*steps))
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]))
        .graph_mode(common.BigValueGraphMode.AREA)
    )
    for ref, line in zip(_REFS, signal.lines, strict=False):
        panel = panel.with_target(_query(line, ref, instant=False))
    return panel


def ranking(signal: Signal, panel_id: int, *, columns: dict[str, str]) -> Builder[Panel]:
    """Return a table with one column for each label in columns (label -> title) and for each query."""
    renamed = columns | {f"Value #{ref}": line.legend for ref, line in zip(_REFS, signal.lines, strict=False)}
    panel = (
        table.Panel()
        .id(panel_id)
        .title(signal.title)
        .description(signal.description)
        .datasource(DATASOURCE)
        .unit(signal.unit)
        .height(9)
        .span(24)
        .thresholds(_thresholds((None, "text")))
        .override_by_name("Memory", [DynamicConfigValue(id_val="unit", value="bytes")])
        .with_transformation(DataTransformerConfig(id_val="merge", options={}))
        .with_transformation(
            DataTransformerConfig(
                id_val="organize",
                options={
                    "excludeByName": {"Time": True},
                    "indexByName": {name: index for index, name in enumerate(renamed)},
                    "renameByName": renamed,
                },
            )
        )
    )
    for ref, line in zip(_REFS, signal.lines, strict=False):
        panel = panel.with_target(_query(line, ref, instant=True))
    return panel
