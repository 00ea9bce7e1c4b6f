// Queries to Prometheus and frames of their answers. Ours: Grafana's data source is part of its server.

import { createDataFrame, type DataFrame, FieldType, rangeUtil, type TimeRange } from '@grafana/data';

import type { Target } from './board';

type Labels = Record<string, string>;
interface Series {
  metric: Labels;
  value?: [number, string];
  values?: Array<[number, string]>;
}

let base = '';

/** Set the address of Prometheus; empty is the address of the page. */
export function usePrometheus(address: string): void {
  base = address;
}

async function get(path: string, parameters: Record<string, string>): Promise<any> {
  const answer = await fetch(`${base}${path}?${new URLSearchParams(parameters)}`);
  const body = await answer.json().catch(() => ({ error: `HTTP ${answer.status}` }));
  if (body.status !== 'success') {
    throw new Error(`Prometheus refuses the query: ${body.error ?? answer.status}`);
  }
  return body.data;
}

const seconds = (milliseconds: number) => String(milliseconds / 1000);

/** Return the values of a label, sorted. */
export async function labelValues(selector: string, label: string, range: TimeRange): Promise<string[]> {
  const window = { start: seconds(range.from.valueOf()), end: seconds(range.to.valueOf()) };
  const values: string[] = await get(`/api/v1/label/${label}/values`, { 'match[]': selector, ...window });
  return values.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Return the milliseconds between two points of a query. */
export function stepOf(range: TimeRange, points: number, minimum = '30s'): number {
  return rangeUtil.calculateInterval(range, points, minimum).intervalMs;
}

/** Run the queries of a panel; put gives a query its variables. */
export async function runTargets(
  targets: Target[],
  range: TimeRange,
  step: number,
  put: (text: string) => string
): Promise<DataFrame[]> {
  const tables = targets.filter((target) => target.format === 'table').length;
  const answers = await Promise.all(targets.map((target) => run(target, range, step, put)));
  return answers.flatMap((series, i) =>
    targets[i].format === 'table' ? [table(targets[i], series, tables > 1)] : series.map((one) => line(targets[i], one, step))
  );
}

async function run(target: Target, range: TimeRange, step: number, put: (text: string) => string): Promise<Series[]> {
  const query = put(target.expr);
  if (target.instant) {
    return (await get('/api/v1/query', { query, time: seconds(range.to.valueOf()) })).result;
  }
  const floor = (at: number) => Math.floor(at / step) * step;
  const window = { start: seconds(floor(range.from.valueOf())), end: seconds(floor(range.to.valueOf())) };
  return (await get('/api/v1/query_range', { query, ...window, step: seconds(step) })).result;
}

function legend(target: Target, labels: Labels): string {
  const text = target.legendFormat ?? '';
  if (text === '' || text === '__auto') {
    return Object.values(labels).join(' ') || target.expr;
  }
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? '');
}

function line(target: Target, series: Series, step: number): DataFrame {
  const points = series.values ?? (series.value ? [series.value] : []);
  return createDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, config: { interval: step }, values: points.map(([at]) => at * 1000) },
      {
        name: 'Value',
        type: FieldType.number,
        labels: series.metric,
        config: { displayNameFromDS: legend(target, series.metric) },
        values: points.map(([, value]) => Number(value)),
      },
    ],
  });
}

function table(target: Target, result: Series[], several: boolean): DataFrame {
  const labels = [...new Set(result.flatMap((series) => Object.keys(series.metric)))].sort();
  return createDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, config: {}, values: result.map((series) => (series.value?.[0] ?? 0) * 1000) },
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        config: { filterable: true },
        values: result.map((series) => series.metric[label] ?? ''),
      })),
      {
        name: several ? `Value #${target.refId}` : 'Value',
        type: FieldType.number,
        config: {},
        values: result.map((series) => Number(series.value?.[1])),
      },
    ],
  });
}
