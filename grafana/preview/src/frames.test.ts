import { FieldType } from '@grafana/data';
import { describe, expect, test } from 'vitest';

import { type Series, seriesOf, tableFrame, timeSeriesFrame } from './frames';

const QUERY = { refId: 'A', expr: 'up' };
const LABELS = { pool: 'WEB', node: '0' };

describe('the series of an answer', () => {
  test('have one value each in a vector', () => {
    expect(seriesOf({ resultType: 'vector', result: [{ metric: LABELS, value: [10, '1'] }] })).toEqual([
      { metric: LABELS, values: [[10, '1']] },
    ]);
  });

  test('have no values where Prometheus sends a histogram instead', () => {
    expect(seriesOf({ resultType: 'vector', result: [{ metric: LABELS }] })).toEqual([{ metric: LABELS, values: [] }]);
    expect(seriesOf({ resultType: 'matrix', result: [{ metric: LABELS }] })).toEqual([{ metric: LABELS, values: [] }]);
  });

  test('are one without labels for a scalar', () => {
    expect(seriesOf({ resultType: 'scalar', result: [10, '7'] })).toEqual([{ metric: {}, values: [[10, '7']] }]);
  });

  test('cannot be made of a text', () => {
    expect(() => seriesOf({ resultType: 'string', result: [10, 'seven'] })).toThrow('returns a text');
  });
});

describe('a frame over time', () => {
  const series: Series = {
    metric: LABELS,
    values: [
      [10, '1.5'],
      [40, 'NaN'],
    ],
  };

  test('has milliseconds, numbers, labels and the step', () => {
    const { fields } = timeSeriesFrame(QUERY, series, 30_000);
    expect(fields.map(({ name, values }) => [name, values])).toEqual([
      ['Time', [10_000, 40_000]],
      ['Value', [1.5, NaN]],
    ]);
    expect(fields[0]?.config.interval).toBe(30_000);
    expect(fields[1]?.labels).toEqual(LABELS);
  });

  test.each([
    ['{{pool}} / {{ node }}', LABELS, 'WEB / 0'],
    ['{{absent}}!', LABELS, '!'],
    ['used', LABELS, 'used'],
    ['', LABELS, 'WEB 0'],
    ['__auto', {}, 'up'],
  ])('with the legend "%s" over %o is called "%s"', (legendFormat, metric, name) => {
    const frame = timeSeriesFrame({ ...QUERY, legendFormat }, { ...series, metric }, 30_000);
    expect(frame.fields[1]?.config.displayNameFromDS).toBe(name);
  });
});

test('a table has a column for each label of any series and the last values', () => {
  const series: Series[] = [
    {
      metric: { pool: 'WEB', zone: 'a' },
      values: [
        [10, '1'],
        [20, '2'],
      ],
    },
    { metric: { pool: 'GPU', node: '1' }, values: [[20, '3']] },
    { metric: { pool: 'OLD' }, values: [] },
  ];
  const { fields, length } = tableFrame(QUERY, series, 'Value #A');
  expect(length).toBe(3);
  expect(fields.map(({ name, type, values }) => [name, type, values])).toEqual([
    ['Time', FieldType.time, [20_000, 20_000, 0]],
    ['node', FieldType.string, ['', '1', '']],
    ['pool', FieldType.string, ['WEB', 'GPU', 'OLD']],
    ['zone', FieldType.string, ['a', '', '']],
    ['Value #A', FieldType.number, [2, 3, NaN]],
  ]);
});
