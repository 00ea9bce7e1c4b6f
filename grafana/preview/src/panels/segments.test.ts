import { createDataFrame, FieldType } from '@grafana/data';
import { expect, test } from 'vitest';

import { segmentsOf } from './segments';

const COLORS = new Map([
  ['running', 'green'],
  ['pending', 'orange'],
]);

function states(...points: [number, string][]) {
  const frame = createDataFrame({
    fields: [
      { name: 'Time', type: FieldType.time, config: { interval: 10 }, values: points.map(([at]) => at) },
      { name: 'Value', type: FieldType.number, values: points.map(([, state]) => state) },
    ],
  });
  const [, value] = frame.fields;
  if (value) {
    value.display = (state) => ({ text: String(state), numeric: NaN, color: COLORS.get(String(state)) });
  }
  return frame;
}

test('points of one state are one stretch that lasts until a step after the last', () => {
  expect(segmentsOf(states([0, 'running'], [10, 'running'], [20, 'running']))).toEqual([
    { from: 0, to: 30, text: 'running', color: 'green' },
  ]);
});

test('another state begins another stretch', () => {
  expect(segmentsOf(states([0, 'pending'], [10, 'running']))).toEqual([
    { from: 0, to: 10, text: 'pending', color: 'orange' },
    { from: 10, to: 20, text: 'running', color: 'green' },
  ]);
});

test('one missing point is bridged, two are a gap', () => {
  expect(segmentsOf(states([0, 'running'], [20, 'running'])).map(({ from, to }) => [from, to])).toEqual([[0, 30]]);
  expect(segmentsOf(states([0, 'running'], [30, 'running'])).map(({ from, to }) => [from, to])).toEqual([
    [0, 10],
    [30, 40],
  ]);
});

test('a frame without states has no stretches', () => {
  expect(segmentsOf(createDataFrame({ fields: [] }))).toEqual([]);
});
