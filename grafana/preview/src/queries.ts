// The queries of a panel.

import { type DataFrame, rangeUtil, type TimeRange } from '@grafana/data';

import type { BoardPanel } from './board';
import { type PrometheusQuery, seriesOf, tableFrame, timeSeriesFrame } from './frames';
import type { PrometheusClient, QueryResult } from './prometheus';
import type { Interpolate } from './variables';

/** Return the milliseconds between two points of a query. */
export function stepOf(range: TimeRange, points: number, minimum = '30s'): number {
  return rangeUtil.calculateInterval(range, points, minimum).intervalMs;
}

function isQuery(target: Partial<PrometheusQuery>): target is PrometheusQuery {
  return typeof target.refId === 'string' && typeof target.expr === 'string';
}

function queriesOf(panel: BoardPanel): PrometheusQuery[] {
  const targets: Partial<PrometheusQuery>[] = panel.targets ?? [];
  if (!targets.every(isQuery)) {
    throw new Error(`A target of the panel ${panel.title} lacks refId or expr: the preview draws PromQL only.`);
  }
  return targets;
}

/** Run the queries of a panel; step is in milliseconds. */
export async function runQueries(
  client: PrometheusClient,
  panel: BoardPanel,
  range: TimeRange,
  step: number,
  interpolate: Interpolate,
): Promise<DataFrame[]> {
  const queries = queriesOf(panel);
  const tables = queries.filter(({ format }) => format === 'table');
  const frames = queries.map(async (query) => {
    const series = seriesOf(await run(client, query, range, step, interpolate));
    return query.format === 'table'
      ? [tableFrame(query, series, tables.length > 1 ? `Value #${query.refId}` : 'Value')]
      : series.map((one) => timeSeriesFrame(query, one, step));
  });
  return (await Promise.all(frames)).flat();
}

function run(
  client: PrometheusClient,
  query: PrometheusQuery,
  range: TimeRange,
  step: number,
  interpolate: Interpolate,
): Promise<QueryResult> {
  const expression = interpolate(query.expr);
  if (query.instant) {
    return client.query(expression, range.to.valueOf());
  }
  const floor = (at: number) => Math.floor(at / step) * step;
  const window = { from: floor(range.from.valueOf()), to: floor(range.to.valueOf()) };
  return client.queryRange(expression, window, step);
}
