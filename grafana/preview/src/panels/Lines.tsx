// A time series, drawn by Grafana's own component.

import type { DataFrame, TimeRange } from '@grafana/data';
import {
  LegendDisplayMode,
  SortOrder,
  type TimeZone,
  TooltipDisplayMode,
  type VizLegendOptions,
} from '@grafana/schema';
import { TimeSeries, TooltipPlugin } from '@grafana/ui';

import type { BoardPanel } from '../board';

type Options =
  import('@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen').Options;

interface Properties {
  panel: BoardPanel;
  frames: DataFrame[];
  range: TimeRange;
  timeZone: TimeZone;
  width: number;
  height: number;
}

const LEGEND: VizLegendOptions = {
  showLegend: true,
  displayMode: LegendDisplayMode.List,
  placement: 'bottom',
  calcs: [],
};

export function Lines({ panel, frames, range, timeZone, width, height }: Properties) {
  const { legend, tooltip } = (panel.options ?? {}) as Partial<Options>;
  return (
    <TimeSeries
      frames={frames}
      timeRange={range}
      timeZone={timeZone}
      width={width}
      height={height}
      legend={{ ...LEGEND, ...legend }}
    >
      {(config, aligned) => (
        <TooltipPlugin
          config={config}
          data={aligned}
          frames={frames}
          mode={tooltip?.mode ?? TooltipDisplayMode.Single}
          sortOrder={tooltip?.sort ?? SortOrder.None}
          timeZone={timeZone}
        />
      )}
    </TimeSeries>
  );
}
