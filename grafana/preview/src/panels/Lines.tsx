// A time series, drawn by Grafana's own component.

import type { DataFrame, TimeRange } from '@grafana/data';
import { LegendDisplayMode, SortOrder, TooltipDisplayMode } from '@grafana/schema';
import { TimeSeries, TooltipPlugin } from '@grafana/ui';

import type { Panel } from '../board';
import { TIME_ZONE } from '../pipeline';

interface Properties {
  panel: Panel;
  frames: DataFrame[];
  range: TimeRange;
  width: number;
  height: number;
}

export function Lines({ panel, frames, range, width, height }: Properties) {
  const legend = panel.options?.legend ?? {};
  return (
    <TimeSeries
      frames={frames}
      timeRange={range}
      timeZone={TIME_ZONE}
      width={width}
      height={height}
      legend={{
        showLegend: legend.showLegend ?? true,
        displayMode: legend.displayMode ?? LegendDisplayMode.List,
        placement: legend.placement ?? 'bottom',
        calcs: legend.calcs ?? [],
      }}
    >
      {(config, aligned) => (
        <TooltipPlugin
          config={config}
          data={aligned}
          frames={frames}
          mode={panel.options?.tooltip?.mode ?? TooltipDisplayMode.Single}
          sortOrder={panel.options?.tooltip?.sort ?? SortOrder.None}
          timeZone={TIME_ZONE}
        />
      )}
    </TimeSeries>
  );
}
