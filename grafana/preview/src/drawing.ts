// From a panel to the frames that are drawn.

import type { DataFrame } from '@grafana/data';

import type { Board, BoardPanel } from './board';
import { applyFieldConfig } from './fieldConfig';
import { interpolateLink } from './links';
import type { PrometheusClient } from './prometheus';
import { runQueries } from './queries';
import type { TimeSettings } from './timeRange';
import { transform } from './transformations';
import { type Choice, type Interpolate, interpolation } from './variables';

/** What a board is looked at with. */
export interface View extends TimeSettings {
  client: PrometheusClient;
  board: Board;
  choice: Choice;
}

export interface Drawing {
  frames: DataFrame[];
  interpolate: Interpolate;
}

/** Return the frames of a panel after its queries, transformations and field configuration; step is in milliseconds. */
export async function prepareDrawing(view: View, panel: BoardPanel, step: number): Promise<Drawing> {
  const { client, board, choice, range, timeZone } = view;
  const window = { from: range.from.valueOf(), to: range.to.valueOf() };
  const interpolate = interpolation(board, choice, range, step);
  const queried = await runQueries(client, panel, range, step, interpolate);
  const transformed = await transform(panel.transformations ?? [], queried, interpolate);
  const frames = applyFieldConfig(
    panel,
    transformed,
    (text, scoped) => interpolate(interpolateLink(text, window, scoped)),
    timeZone,
  );
  return { frames, interpolate };
}
