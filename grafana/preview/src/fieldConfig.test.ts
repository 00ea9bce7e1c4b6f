import { createDataFrame, FieldType, formattedValueToString, type FieldConfigSource } from '@grafana/data';
import { ThresholdsMode } from '@grafana/schema';
import { expect, test } from 'vitest';

import { applyFieldConfig } from './fieldConfig';
import { makePanel } from './fixtures';

// As JSON has it: the first step begins at null.
const THRESHOLDS = JSON.parse(
  JSON.stringify({
    mode: ThresholdsMode.Absolute,
    steps: [
      { color: 'green', value: null },
      { color: 'red', value: -10 },
    ],
  }),
) as FieldConfigSource['defaults']['thresholds'];

const FRAME = createDataFrame({
  fields: [
    { name: 'Time', type: FieldType.time, values: [0, 1000] },
    { name: 'Memory', type: FieldType.number, values: [-20, -5] },
    { name: 'Nodes', type: FieldType.number, values: [5, 2048] },
  ],
});

function cells(fieldConfig: FieldConfigSource<Record<string, unknown>>, name: string, type = 'table') {
  const [frame] = applyFieldConfig(makePanel({ type, fieldConfig }), [FRAME], (text) => text, 'utc');
  const field = frame?.fields.find((one) => one.name === name);
  const shown = field?.values.map((value) => field.display?.(value)) ?? [];
  return {
    texts: shown.map((value) => value && formattedValueToString(value)),
    colors: shown.map((value) => value?.color),
    config: field?.config,
  };
}

test('a step that JSON begins at null lies below every number', () => {
  const { colors } = cells({ defaults: { thresholds: THRESHOLDS }, overrides: [] }, 'Memory');
  expect(colors).toEqual(['#73BF69', '#F2495C']);
});

test('an override changes its column alone', () => {
  const overrides = [{ matcher: { id: 'byName', options: 'Memory' }, properties: [{ id: 'unit', value: 'bytes' }] }];
  const fieldConfig = { defaults: { unit: 'short' }, overrides };
  expect(cells(fieldConfig, 'Memory').texts).toEqual(['-20 B', '-5 B']);
  expect(cells(fieldConfig, 'Nodes').texts).toEqual(['5', '2.05 K']);
});

test('thresholds of an override begin at null too', () => {
  const overrides = [
    { matcher: { id: 'byName', options: 'Memory' }, properties: [{ id: 'thresholds', value: THRESHOLDS }] },
  ];
  expect(cells({ defaults: {}, overrides }, 'Memory').colors).toEqual(['#73BF69', '#F2495C']);
});

test('styles of a series leave the time axis alone, but reach every column of a table', () => {
  const fieldConfig = { defaults: { custom: { lineWidth: 2 } }, overrides: [] };
  expect(cells(fieldConfig, 'Memory', 'timeseries').config?.custom).toEqual({ lineWidth: 2 });
  expect(cells(fieldConfig, 'Time', 'timeseries').config?.custom).toEqual({});
  expect(cells(fieldConfig, 'Time').config?.custom).toEqual({ lineWidth: 2 });
});

test('a property that the preview does not know is an error', () => {
  const overrides = [{ matcher: { id: 'byName', options: 'Memory' }, properties: [{ id: 'sparkle', value: 1 }] }];
  expect(() => cells({ defaults: {}, overrides }, 'Memory')).toThrow('The panel sets sparkle');
});
