// One or more values, drawn by Grafana's own component.

import {
  type DataFrame,
  type FieldDisplay,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  VizOrientation,
} from '@grafana/data';
import { BigValue, BigValueColorMode, BigValueGraphMode, BigValueTextMode, VizRepeater } from '@grafana/ui';

import type { Panel } from '../board';
import { theme, TIME_ZONE } from '../pipeline';

interface Properties {
  panel: Panel;
  frames: DataFrame[];
  put: (text: string) => string;
  width: number;
  height: number;
}

export function Numbers({ panel, frames, put, width, height }: Properties) {
  const values = () =>
    getFieldDisplayValues({
      fieldConfig: { defaults: {}, overrides: [] },
      reduceOptions: panel.options?.reduceOptions ?? { calcs: [] },
      replaceVariables: put,
      theme,
      data: frames,
      sparkline: true,
      timeZone: TIME_ZONE,
    });
  return (
    <VizRepeater
      getValues={values}
      getAlignmentFactors={(all: FieldDisplay[]) => getDisplayValueAlignmentFactors(all as any)}
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
          graphMode={BigValueGraphMode.Area}
          textMode={BigValueTextMode.Auto}
          theme={theme}
          width={width}
          height={height}
        />
      )}
    />
  );
}
