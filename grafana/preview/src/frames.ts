// Grafana's frames from the answers of Prometheus.

import { createDataFrame, type DataFrame, FieldType } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';

import type { Labels, QueryResult, SampleValue } from './prometheus';

/** A target of a panel. */
export interface PrometheusQuery extends DataQuery {
  expr: string;
  legendFormat?: string;
  instant?: boolean;
  format?: string;
}

export interface Series {
  metric: Labels;
  values: SampleValue[];
}

/** Return the series of an answer. */
export function seriesOf(answer: QueryResult): Series[] {
  switch (answer.resultType) {
    case 'vector':
      return answer.result.map(({ metric, value }) => ({ metric, values: value ? [value] : [] }));
    case 'matrix':
      return answer.result.map(({ metric, values }) => ({ metric, values: values ?? [] }));
    case 'scalar':
      return [{ metric: {}, values: [answer.result] }];
    case 'string':
      throw new Error('The query returns a text: a panel draws numbers only.');
  }
}

function legend({ legendFormat, expr }: PrometheusQuery, labels: Labels): string {
  if (!legendFormat || legendFormat === '__auto') {
    return Object.values(labels).join(' ') || expr;
  }
  return legendFormat.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? '');
}

/** Return the frame of one series over time; step is in milliseconds. */
export function timeSeriesFrame(query: PrometheusQuery, { metric, values }: Series, step: number): DataFrame {
  return createDataFrame({
    refId: query.refId,
    fields: [
      { name: 'Time', type: FieldType.time, config: { interval: step }, values: values.map(([at]) => at * 1000) },
      {
        name: 'Value',
        type: FieldType.number,
        labels: metric,
        config: { displayNameFromDS: legend(query, metric) },
        values: values.map(([, value]) => Number(value)),
      },
    ],
  });
}

/**
 * Return one frame with a row for each series, a column for each label, and the last values in the column valueName.
 */
export function tableFrame(query: PrometheusQuery, series: Series[], valueName: string): DataFrame {
  const labels = [...new Set(series.flatMap(({ metric }) => Object.keys(metric)))].sort();
  const last = series.map(({ values }) => values.at(-1));
  return createDataFrame({
    refId: query.refId,
    fields: [
      { name: 'Time', type: FieldType.time, config: {}, values: last.map((value) => (value?.[0] ?? 0) * 1000) },
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        config: { filterable: true },
        values: series.map(({ metric }) => metric[label] ?? ''),
      })),
      { name: valueName, type: FieldType.number, config: {}, values: last.map((value) => Number(value?.[1])) },
    ],
  });
}
