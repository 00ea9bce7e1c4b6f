// One or more values, drawn by Grafana's own component.

import { type DataFrame, getDisplayValueAlignmentFactors, getFieldDisplayValues, VizOrientation } from '@grafana/data';
import type { TimeZone } from '@grafana/schema';
import type { Options } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import { BigValue, BigValueColorMode, BigValueGraphMode, BigValueTextMode, useTheme2, VizRepeater } from '@grafana/ui';

import type { BoardPanel } from '../board';
import type { Interpolate } from '../variables';

interface Properties {
  panel: BoardPanel;
  frames: DataFrame[];
  interpolate: Interpolate;
  timeZone: TimeZone;
  width: number;
  height: number;
}

export function Numbers({ panel, frames, interpolate, timeZone, width, height }: Properties) {
  const theme = useTheme2();
  const {
    reduceOptions = { calcs: [] },
    graphMode = BigValueGraphMode.Area,
    text,
  } = (panel.options ?? {}) as Partial<Options>;
  const values = () =>
    getFieldDisplayValues({
      // What stands there without a value; the rest has been applied to the frames.
      fieldConfig: { defaults: { noValue: panel.fieldConfig?.defaults.noValue }, overrides: [] },
      reduceOptions,
      replaceVariables: interpolate,
      theme,
      data: frames,
      sparkline: true,
      timeZone,
    });
  return (
    <VizRepeater
      getValues={values}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      source={frames}
      renderCounter={0}
      width={width}
      height={height}
      orientation={VizOrientation.Auto}
      renderValue={({ value, alignmentFactors, width, height, count }) => (
        <BigValue
          value={value.display}
          count={count}
          sparkline={value.sparkline}
          alignmentFactors={alignmentFactors}
          colorMode={BigValueColorMode.Value}
          graphMode={graphMode}
          textMode={BigValueTextMode.Auto}
          text={text}
          theme={theme}
          width={width}
          height={height}
        />
      )}
    />
  );
}
